/** What countries are called, and what several together are. */
import { language, t } from "$lib/language.svelte";
import type { Name } from "./documents";

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
export function namingOf(known: readonly Name[]): Naming {
  const by = new Map(known.map((one) => [one.id, one]));
  const names = new Intl.DisplayNames([language(), "en"], { type: "region" });
  const of = (id: string): string => {
    if (SUMS.includes(id)) return t(`trade.sum.${id}`);
    const found = by.get(id);
    return found ? ((found.code && names.of(found.code)) ?? found.name) : id;
  };
  return {
    of,
    way: (exporter, importer) => `${of(exporter)} → ${of(importer)}`,
    both: (one, other) => t("trade.both", { one: of(one), other: of(other) }),
  };
}
