/** Commitments on a time axis: a lane for each sector, and in it as many rows as keep them apart. */
import type { Commitment } from "./register";

export interface Spot {
  one: Commitment;
  sector: string;
  /** When it was made, as exact as that is known: the middle of a month or year. */
  at: Date;
  /** Until when it is to be fulfilled. */
  due: Date | null;
  /** Of all rows, from the top. */
  row: number;
  /** Whether it was made before the axis begins, and stands at its edge. */
  early: boolean;
}

export interface Lane {
  sector: string;
  /** Its first row, and how many it has. */
  from: number;
  rows: number;
}

export interface Timeline {
  spots: Spot[];
  lanes: Lane[];
  rows: number;
  /** Commitments of which nobody says when they were made. */
  undated: Commitment[];
}

/** 2024, 2024-03 or 2024-03-12: the day, or the middle of what is known; null for anything else. */
export function dateOf(written: string | null): Date | null {
  const found = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(written ?? "");
  if (!found) return null;
  const [, year, month, day] = found;
  return month ? new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 15))) : new Date(Date.UTC(Number(year), 6, 1));
}

const DAY_MS = 86_400_000;
/** Rows between two lanes. */
const APART = 0.9;

/** `gap` days are kept between two that stand in one row; what was made before `first` stands there. */
export function timeline(all: readonly Commitment[], first: Date, gap: number): Timeline {
  const undated: Commitment[] = [];
  const bySector = new Map<string, Omit<Spot, "row">[]>();
  for (const one of all) {
    const made = dateOf(one.made);
    if (!made) {
      undated.push(one);
      continue;
    }
    const early = made < first;
    const spot = { one, sector: one.sector, at: early ? first : made, due: dateOf(one.due), early };
    bySector.set(one.sector, [...(bySector.get(one.sector) ?? []), spot]);
  }
  const lanes: Lane[] = [];
  const spots: Spot[] = [];
  let from = 0;
  const inOrder = [...bySector].sort((one, other) => other[1].length - one[1].length || one[0].localeCompare(other[0]));
  for (const [sector, of] of inOrder) {
    const ends: number[] = [];
    for (const spot of of.sort((one, other) => one.at.valueOf() - other.at.valueOf() || one.one.id.localeCompare(other.one.id))) {
      const begin = spot.at.valueOf();
      const free = ends.findIndex((end) => end <= begin);
      const row = free < 0 ? ends.length : free;
      ends[row] = Math.max(begin, spot.due?.valueOf() ?? begin) + gap * DAY_MS;
      spots.push({ ...spot, row: from + row });
    }
    lanes.push({ sector, from, rows: ends.length });
    from += ends.length + APART;
  }
  return { spots, lanes, rows: Math.max(0, from - APART), undated };
}
