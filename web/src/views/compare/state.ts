/** What of the view stands in the URL. */
import { flag, list, number, oneOf, text } from "$lib/codec";

/** What a result shows of a scenario. */
export const LISTS = ["totals", "changes", "options", "bottlenecks", "together", "run", "runs"] as const;
/** What is shown of projects. */
export const PARTS = ["projects", "worth", "runs"] as const;
/** What is shown of a project's worth. */
export const GROUNDS = ["all", "risk", "years", "gains", "order", "basis"] as const;
export const MAPS = ["both", "difference"] as const;
export const SHOWS = ["tonnes", "teu", "waiting"] as const;
export type Show = (typeof SHOWS)[number];
export const ENGINES = ["plan", "assign", "simulate"] as const;

export const spec = {
  /** The camera of both maps. */
  at: text(),
  what: oneOf(["scenarios", "projects"]),
  /** A comparison: a name, `none`, or empty for the newest. */
  run: text(),
  job: text(),
  /** Of the scenarios of a run the one that is looked at; empty: the first. */
  against: text(),
  map: oneOf(MAPS),
  /** What the map is drawn of; empty: the first of which anything differs. */
  show: text(),
  list: oneOf(LISTS),
  /** The link or place that is looked at. */
  pick: text(),
};

/** The figures of which differences are drawn. */
export const changesSpec = { by: text(), measure: text(), sure: flag() };

/** What to compare. */
export const askSpec = {
  base: text("base-2030"),
  with: list(["partnership-2030"]),
  engines: list(ENGINES),
  largest: number(6, 0, 1000),
  days: number(30, 0.25, 36525),
  n: number(4, 1, 100000),
  seed: number(1, 0, 2 ** 32 - 1),
  together: flag(),
};

export const projectSpec = {
  part: oneOf(PARTS),
  /** Filters of the list. */
  kind: text(),
  status: text(),
  /** Only what is modelled. */
  modelled: flag(),
  sort: text(),
  /** The project whose page is open. */
  project: text(),
  /** Those that are to be appraised. */
  chosen: list(),
  /** A run of appraise: a name, or empty for the newest. */
  appraisal: text(),
  ajob: text(),
  /** Whose worth is shown: a project of the run, or empty for all together. */
  of: text(),
  ground: oneOf(GROUNDS),
};

/** How to appraise. */
export const appraiseSpec = {
  under: text("base-2030"),
  from: number(2026, 1990, 2150),
  to: number(2050, 1990, 2150),
  /** Per cent a year. */
  rate: number(6, -99, 100),
  /** Million USD; empty: none. */
  budget: text(),
  samples: number(1000, 10, 1000000),
  pairs: flag(true),
};
