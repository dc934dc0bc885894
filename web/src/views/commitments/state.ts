/** What of the view stands in the URL. */
import { flag, oneOf, text } from "$lib/codec";

export const TABS = ["timeline", "table", "contradictions"] as const;
export const TIED = ["all", "tied", "outside"] as const;

export const spec = {
  /** The camera. */
  at: text(),
  /** The commitment that is looked at. */
  pick: text(),
  tab: oneOf(TABS),
  sort: text(),
  sector: text(),
  status: text(),
  party: text(),
  /** Words of its title, or of what it says. */
  q: text(),
  overdue: flag(),
  /** Whether a project of the model would fulfil it. */
  tied: oneOf(TIED),
  /** A link or place that a project of it touches. */
  place: text(),
};
