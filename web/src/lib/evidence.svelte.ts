/**
 * The panel that says where a number is from. What is open stands in the URL, so that it can be shown to others: a
 * number, a fact that was opened from it, or a source.
 */
import { text, urlState } from "./url.svelte";

const url = urlState({ basis: text(), fact: text(), source: text() });

/** What the panel shows: the source where there is one, else the fact, else the number. */
export interface Spot {
  basis: string;
  fact: string;
  source: string;
}

const trail: Spot[] = $state([]);
const here = (): Spot => ({ basis: url.basis, fact: url.fact, source: url.source });
const same = (one: Spot, other: Spot): boolean =>
  one.basis === other.basis && one.fact === other.fact && one.source === other.source;

/** `facility/ALAT-berth/servers`, or empty. */
export const basisAddress = (): string => url.basis;
export const openedFact = (): string => url.fact;
export const openedSource = (): string => url.source;
export const evidenceOpen = (): boolean => Boolean(url.basis || url.fact || url.source);

function to(next: Spot): void {
  const now = here();
  if (same(now, next)) return;
  if (evidenceOpen()) trail.push(now);
  url.set(next);
}

/** Open the evidence of a number: table/row/column. */
export const openBasis = (address: string): void => to({ basis: address, fact: "", source: "" });

/** Open a fact; the number that it was opened from stays beneath it. */
export const openFact = (fact: string): void => to({ basis: url.basis, fact, source: "" });

/** Open a source. */
export const openSource = (source: string): void => to({ basis: url.basis, fact: url.fact, source });

/** Whether there is something to go back to: what was open before, or what lies beneath. */
export const canGoBack = (): boolean =>
  trail.length > 0 || Boolean((url.source && (url.fact || url.basis)) || (url.fact && url.basis));

export function goBack(): void {
  let before = trail.pop();
  while (before && same(before, here())) before = trail.pop(); // the browser went back by itself
  url.set(before ?? (url.source ? { source: "" } : { fact: "" }));
}

export function closeBasis(): void {
  trail.length = 0;
  url.set({ basis: "", fact: "", source: "" });
}
