/** Words of the screens, by key, in one language; and how a key becomes a sentence. */

export type Catalogue = Readonly<Record<string, string>>;
export type Fill = Readonly<Record<string, string | number>>;

/**
 * The sentence of `key`: in the chosen language, else in English, else the key itself, which a test keeps from
 * happening. `{name}` is filled; with a fill `n`, `key.one`, `key.few` ... are looked up by the language's own plurals.
 */
export function say(language: string, chosen: Catalogue, english: Catalogue, key: string, fill: Fill = {}): string {
  const sentence = chosenSentence(language, chosen, key, fill) ?? chosenSentence("en", english, key, fill) ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = fill[name];
    return value === undefined ? whole : typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

function chosenSentence(language: string, words: Catalogue, key: string, fill: Fill): string | undefined {
  if (typeof fill.n === "number") {
    const form = new Intl.PluralRules(language).select(fill.n);
    const plural = words[`${key}.${form}`] ?? words[`${key}.other`];
    if (plural !== undefined) return plural;
  }
  return words[key];
}
