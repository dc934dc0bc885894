/** What of the view stands in the URL. */
import { list, oneOf, text } from "$lib/url.svelte";
import { COLOURS, WIDTHS } from "./paint";

export const LISTS = ["facilities", "links", "services", "places"] as const;

export const spec = {
  /** The camera. */
  at: text(),
  /** What is looked at: `facility/ALAT-berth`. */
  pick: text(),
  list: oneOf(LISTS),
  sort: text(),
  country: text(),
  family: text(),
  kind: text(),
  /** Modes that are not drawn. */
  without: list(),
  /** Layers that are not drawn: place, planned. */
  hide: list(),
  colour: oneOf(COLOURS),
  width: oneOf(WIDTHS),
  /** Runs that colour the map: a name, `none`, or empty for the newest. */
  flows: text(),
  queues: text(),
  /** A job that makes a run. */
  job: text(),
};
