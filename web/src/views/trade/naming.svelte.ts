/** What countries are called, and what several together are. */
import { language, t } from "$lib/language.svelte";
import type { Country } from "./documents";

const SUMS = ["WLD", "EUU", "CA5"];

export interface Naming {
  /** The name by ISO alpha-3 code; the code itself where nobody knows better. */
  of(id: string): string;
  /** `Azerbaijan → China` */
  way(exporter: string, importer: string): string;
  /** `Azerbaijan and China` */
  both(one: string, other: string): string;
}

/** Names are the browser's own in the language of the page, as on the map. */
export function namingOf(countries: readonly Country[]): Naming {
  const codes = new Map(countries.map(({ id, code }) => [id, code]));
  const names = new Intl.DisplayNames([language(), "en"], { type: "region" });
  const of = (id: string): string => {
    if (SUMS.includes(id)) return t(`trade.sum.${id}`);
    const code = codes.get(id);
    return code ? (names.of(code) ?? id) : id;
  };
  return {
    of,
    way: (exporter, importer) => `${of(exporter)} → ${of(importer)}`,
    both: (one, other) => t("trade.both", { one: of(one), other: of(other) }),
  };
}
