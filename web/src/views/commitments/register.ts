/** Commitments, filtered; and which places and links they would change. */
import type { Schemas } from "$lib/api/client";
import type { MapData } from "$lib/map/features";
import { featuresOf, type Placed } from "../compare/places";

export type Commitment = Schemas["Commitment"];
export type Contradiction = Schemas["ContradictionLine"];
export type Source = Schemas["ContradictionList"]["sources"][number];

/** From word to deed; the last two end without it. */
export const STATES = ["stated", "in talks", "signed", "in force", "under way", "done", "stalled", "superseded"] as const;
/** The shape of each, as Plot calls it, so that colour does not say it alone. */
export const SYMBOLS = ["circle", "diamond", "square", "hexagon", "triangle", "star", "cross", "wye"] as const;
/** The colour of each, by its place among the colours of series. */
export const COLOURS = [6, 4, 0, 5, 1, 2, 7, 3] as const;
/** The shape of each as a letter, for lists. */
export const SIGNS: Readonly<Record<string, string>> = {
  stated: "●", "in talks": "◆", signed: "■", "in force": "⬢", "under way": "▲", done: "★", stalled: "✚", superseded: "⅄",
};

export interface Wishes {
  sector: string;
  status: string;
  party: string;
  q: string;
  overdue: boolean;
  tied: string;
  /** Ids of projects that touch what is pressed on the map; null: everything is wanted. */
  projects: ReadonlySet<string> | null;
}

const has = (text: string, words: string): boolean =>
  words.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.toLowerCase().includes(word));

/** A project of the model would fulfil it, and something of that is in the model. */
export const modelled = (one: Commitment): boolean => one.projects.some(({ changes }) => changes.length > 0);

export function wanted(all: readonly Commitment[], wishes: Wishes): Commitment[] {
  return all.filter(
    (one) =>
      (!wishes.sector || one.sector === wishes.sector) &&
      (!wishes.status || one.status === wishes.status) &&
      (!wishes.party || one.parties.some((party) => has(party, wishes.party))) &&
      (!wishes.q || has([one.title, one.says, one.id, ...one.parties].join(" "), wishes.q)) &&
      (!wishes.overdue || one.overdue) &&
      (wishes.tied === "all" || (wishes.tied === "tied") === one.projects.length > 0) &&
      (!wishes.projects || one.projects.some(({ id }) => wishes.projects!.has(id))),
  );
}

/** Projects by the link or place that they build, change or are at; a facility stands for its place. */
export function touched(ground: MapData, projects: readonly Placed[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const project of projects) {
    for (const { id, properties } of featuresOf(ground, project)) {
      const key = properties.table === "facility" ? String(properties.place) : String(id);
      found.set(key, (found.get(key) ?? new Set<string>()).add(project.id));
    }
  }
  return found;
}
