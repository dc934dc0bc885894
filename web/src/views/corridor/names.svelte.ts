/** What kinds, modes, countries and runs are called in the language of the page. */
import { language, t } from "$lib/language.svelte";
import type { RunLine } from "./loads";
import type { Thing } from "./model";

const plain = (word: string): string => word.replaceAll("_", " ");
const said = (key: string, word: string, found: string): string => (found === key ? plain(word) : found);

export const modeName = (mode: string): string => said(`mode.${mode}`, mode, t(`mode.${mode}`));
export const facilityName = (kind: string): string => said(`facility.${kind}`, kind, t(`facility.${kind}`));
export const placeKindName = (kind: string): string => said(`place.kind.${kind}`, kind, t(`place.kind.${kind}`));

/** What sort of thing it is: berth, port, rail. */
export const kindName = ({ table, kind }: Pick<Thing, "table" | "kind">): string =>
  table === "facility" ? facilityName(kind) : table === "place" ? placeKindName(kind) : modeName(kind);

/** A country by its ISO code, as the browser calls it. */
export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames([language(), "en"], { type: "region" }).of(code) ?? code;
  } catch {
    return code; // not a code
  }
}

/** 22 Nov, 21:57, with what was asked to be different. */
export function runName(run: RunLine): string {
  const when = new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(run.started));
  return [when, run.changes].filter(Boolean).join(" · ");
}

/** A share as per cent. */
export const percent = (share: number | undefined): string =>
  share === undefined ? "–" : share.toLocaleString(language(), { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 });
