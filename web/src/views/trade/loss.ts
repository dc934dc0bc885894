/** What is lost, as it is drawn. */
import type { LossRow } from "./documents";

export const CASES = ["northern", "caspian", "suez"] as const;
export type Case = (typeof CASES)[number];
export const KINDS = ["rerouted", "unserved", "crowded"] as const;
export type Kind = (typeof KINDS)[number];

export interface Part {
  country: string;
  kind: Kind;
  /** Of the country's tonnes. */
  share: number;
}

/** Whether trade with a partner ends, so that others may take it over. */
export const ofPartner = (what: string): boolean => what.split("+").some((one) => one.trim().startsWith("partner:"));

/** The share of a country's tonnes; nought of nought. */
export const shareOf = (row: LossRow, kind: Kind | "hit"): number => (row.trade_t > 0 ? row[`${kind}_t`] / row.trade_t : 0);

/** The parts of each country's bar, in the order in which they stand. */
export const parts = (rows: readonly LossRow[]): Part[] =>
  rows.flatMap((row) => KINDS.map((kind) => ({ country: row.country, kind, share: shareOf(row, kind) }))).filter(({ share }) => share > 0);
