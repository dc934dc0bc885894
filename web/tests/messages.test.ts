import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { say, type Catalogue } from "../src/lib/catalogue";

const source = join(import.meta.dirname, "..", "src");
const catalogue = (language: string): Catalogue =>
  JSON.parse(readFileSync(join(source, "messages", `${language}.json`), "utf8")) as Catalogue;
const english = catalogue("en");
const PLURAL = /\.(zero|one|two|few|many|other)$/;

/** Every key in the sources: whole ones, and the beginnings of those with a part that varies. */
function used(): { keys: Set<string>; beginnings: Set<string> } {
  const keys = new Set<string>();
  const beginnings = new Set<string>();
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!/\.(svelte|ts)$/.test(name)) continue;
    const code = readFileSync(join(source, name), "utf8").replace(/\/\*[^]*?\*\/|<!--[^]*?-->/g, "");
    for (const [, key] of code.matchAll(/\bt\(\s*["']([^"']+)["']/g)) keys.add(key!);
    for (const [, key] of code.matchAll(/\bname: "(view\.[a-z]+)"/g)) keys.add(key!);
    for (const [, key] of code.matchAll(/\bt\(\s*`([^`$]*)\$\{/g)) beginnings.add(key!);
  }
  return { keys, beginnings };
}

describe("the catalogue", () => {
  const { keys, beginnings } = used();

  test("a01 every key that is used is there", () => {
    expect(keys.size).toBeGreaterThan(30);
    const missing = [...keys].filter((key) => !(key in english) && !(`${key}.other` in english));
    expect(missing).toEqual([]);
    for (const beginning of beginnings) {
      expect(Object.keys(english).filter((key) => key.startsWith(beginning)), beginning).not.toEqual([]);
    }
  });

  test("a02 every key that is there is used", () => {
    const idle = Object.keys(english).filter((key) => {
      const bare = key.replace(PLURAL, "");
      return !keys.has(key) && !keys.has(bare) && ![...beginnings].some((beginning) => beginning && key.startsWith(beginning));
    });
    expect(idle).toEqual([]);
  });

  test("a03 keys stand in order, so that two who add some do not collide", () => {
    expect(Object.keys(english)).toEqual(Object.keys(english).toSorted());
  });

  test.each(["az", "zh", "ru", "tr"])("b01 %s says nothing that English does not, and fills the same places", (language) => {
    const places = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).toSorted();
    for (const [key, sentence] of Object.entries(catalogue(language))) {
      const known = english[key] ?? english[key.replace(PLURAL, ".other")];
      expect(known, key).toBeDefined();
      expect(places(sentence), key).toEqual(places(known!));
    }
  });

  test("c01 plurals are the language's own", () => {
    const words = { "n.one": "{n} место", "n.few": "{n} места", "n.many": "{n} мест" };
    expect([1, 3, 5, 21].map((n) => say("ru", words, {}, "n", { n }))).toEqual(["1 место", "3 места", "5 мест", "21 место"]);
  });

  test("c02 what a language lacks is said in English, with English plurals", () => {
    expect(say("zh", {}, { "n.one": "{n} row", "n.other": "{n} rows" }, "n", { n: 1 })).toBe("1 row");
  });
});
