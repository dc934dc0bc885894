/** What of the view stands in the URL. */
import { number, oneOf, text } from "$lib/codec";

export const TABS = ["year", "week", "beside", "train", "runs"] as const;

export const spec = {
  /** The camera. */
  at: text(),
  tab: oneOf(TABS),
  /** The run that is shown; empty: the newest that is complete. */
  run: text(),
  /** The job that is followed. */
  job: text(),
  /** Only this zone; empty: all. */
  zone: text(),
  /** Which week of the run. */
  week: number(0, 0, 52),
  /** The run that stands beside it. */
  beside: text(),
  sort: text(),
  ties: text(),
  zones: text(),
};

/** What a year asks. */
export const askSpec = {
  under: text("base-2024"),
  /** 0: all hours of the year. */
  weeks: number(8, 0, 52),
  seed: number(1, 0, 2 ** 32 - 1),
};

/** A block train. */
export const trainSpec = {
  from: text("Alat"),
  to: text("Boyuk Kesik"),
  teu: number(60, 1, 1000),
  tonnes: number(10, 0.1, 100),
};
