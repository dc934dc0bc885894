/**
 * What `/api/runs/{run}/movements` sends of a window of time, in typed arrays, and where everything is at an instant.
 * Nothing is made anew from frame to frame: what is drawn stands in arrays that are filled again.
 */

export interface Answer {
  period: { start: string; hours: number; warmup_h: number; from_h: number; to_h: number };
  kinds: readonly string[];
  services: readonly { id: string; operator: string | null; mode: string | null; vehicle: string | null }[];
  vehicles: readonly string[];
  paths: readonly {
    link: string;
    mode: string;
    from_place: string;
    to_place: string;
    points: readonly (readonly [number, number])[];
    at: readonly number[];
  }[];
  movements: Readonly<Record<"path" | "begin_h" | "end_h" | "kind" | "service" | "vehicle" | "load", readonly number[]>>;
  shown: { movements: number; vehicles: number };
  of: { movements: number; vehicles: number };
  waiting: { step_h: number; queues: readonly Queue[] };
  closures: readonly Closure[];
  remarks: readonly string[];
}

export interface Queue {
  part: string;
  place: string;
  of: string;
  at_h: readonly number[];
  n: readonly number[];
}

export interface Closure {
  closure: string;
  table: string;
  stops: readonly string[];
  begin_h: number;
  end_h: number;
}

/** What is drawn of one kind: `n` dots, the first so many of each array. */
export interface Dots {
  kind: string;
  n: number;
  /** Longitude and latitude of each. */
  positions: Float32Array;
  /** Pixels. */
  radii: Float32Array;
  /** 1 where it carries something, else 0. */
  laden: Uint8Array;
  /** Which movement each is. */
  moves: Int32Array;
  /** Units aboard, of all of them. */
  units: number;
}

/** Where one vehicle is. */
export interface Spot {
  lon: number;
  lat: number;
  /** Its movement, under way or the nearest one in time. */
  move: number;
  moving: boolean;
}

const LEAST_PX: Record<string, number> = { sea: 3.2, inland_waterway: 2.6, rail: 2.4, road: 1.5 };

export class Film {
  readonly dots: readonly Dots[];
  readonly begin: Float64Array;
  readonly end: Float64Array;
  readonly path: Int32Array;
  readonly vehicle: Int32Array;
  readonly load: Float32Array;
  private readonly kind: Uint8Array;
  private readonly size: Float32Array;
  /** All lines, one after the other; line `p` has the points first[p] to first[p + 1]. */
  private readonly first: Int32Array;
  private readonly lon: Float64Array;
  private readonly lat: Float64Array;
  private readonly share: Float64Array;
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly at = new Float64Array(2);

  constructor(readonly answer: Answer) {
    const { movements, paths, kinds } = answer;
    const n = movements.path.length;
    this.begin = Float64Array.from(movements.begin_h);
    this.end = Float64Array.from(movements.end_h);
    this.path = Int32Array.from(movements.path);
    this.vehicle = Int32Array.from(movements.vehicle);
    this.load = Float32Array.from(movements.load);
    this.kind = Uint8Array.from(movements.kind);
    this.size = new Float32Array(n);
    for (let move = 0; move < n; move++) {
      const least = LEAST_PX[kinds[this.kind[move]!]!] ?? 2;
      this.size[move] = least + 0.9 * Math.log10(1 + this.load[move]!);
    }
    this.first = new Int32Array(paths.length + 1);
    paths.forEach((path, p) => (this.first[p + 1] = this.first[p]! + path.points.length));
    const points = this.first[paths.length]!;
    this.lon = new Float64Array(points);
    this.lat = new Float64Array(points);
    this.share = new Float64Array(points);
    paths.forEach((path, p) =>
      path.points.forEach(([lon, lat], k) => {
        const point = this.first[p]! + k;
        this.lon[point] = lon;
        this.lat[point] = lat;
        this.share[point] = path.at[k]!;
      }),
    );
    const room = new Int32Array(kinds.length);
    for (const kind of this.kind) room[kind]! += 1;
    this.dots = kinds.map((kind, k) => ({
      kind,
      n: 0,
      positions: new Float32Array(2 * room[k]!),
      radii: new Float32Array(room[k]!),
      laden: new Uint8Array(room[k]!),
      moves: new Int32Array(room[k]!),
      units: 0,
    }));
    this.numbers = new Map(answer.vehicles.map((name, number) => [name, number]));
  }

  /** Whether this window knows what goes on at an hour. */
  holds(t: number): boolean {
    return t >= this.answer.period.from_h && t <= this.answer.period.to_h;
  }

  /** Fill `dots` with all that is under way at an hour; says how much that is. */
  show(t: number): number {
    for (const dots of this.dots) dots.n = dots.units = 0;
    let all = 0;
    for (let move = 0; move < this.begin.length; move++) {
      if (this.begin[move]! > t) break; // they are in the order in which they begin
      if (this.end[move]! <= t) continue;
      const dots = this.dots[this.kind[move]!]!;
      const n = dots.n++;
      this.place(move, t);
      dots.positions[2 * n] = this.at[0]!;
      dots.positions[2 * n + 1] = this.at[1]!;
      dots.radii[n] = this.size[move]!;
      dots.laden[n] = this.load[move]! > 0 ? 1 : 0;
      dots.moves[n] = move;
      dots.units += this.load[move]!;
      all++;
    }
    return all;
  }

  /** Where a vehicle is at an hour, by its name; null where this window knows nothing of it. */
  spot(name: string, t: number): Spot | null {
    const number = this.numbers.get(name);
    if (number === undefined) return null;
    let before = -1;
    let after = -1;
    for (let move = 0; move < this.begin.length; move++) {
      if (this.vehicle[move] !== number) continue;
      if (this.begin[move]! > t) {
        after = move;
        break;
      }
      before = move;
    }
    const move = before >= 0 ? before : after;
    if (move < 0) return null;
    const moving = this.begin[move]! <= t && t < this.end[move]!;
    this.place(move, Math.min(Math.max(t, this.begin[move]!), this.end[move]!));
    return { lon: this.at[0]!, lat: this.at[1]!, move, moving };
  }

  /** The name of the vehicle of a movement. */
  name(move: number): string {
    return this.answer.vehicles[this.vehicle[move]!] ?? "";
  }

  /** Put where a movement is at an hour into `at`: vehicles go along their line at an even speed. */
  private place(move: number, t: number): void {
    const path = this.path[move]!;
    const span = this.end[move]! - this.begin[move]!;
    const gone = span > 0 ? Math.min(1, Math.max(0, (t - this.begin[move]!) / span)) : 1;
    let low = this.first[path]!;
    let high = this.first[path + 1]! - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.share[middle]! <= gone) low = middle;
      else high = middle;
    }
    const length = this.share[high]! - this.share[low]!;
    const part = length > 0 ? Math.min(1, Math.max(0, (gone - this.share[low]!) / length)) : 0;
    this.at[0] = this.lon[low]! + (this.lon[high]! - this.lon[low]!) * part;
    this.at[1] = this.lat[low]! + (this.lat[high]! - this.lat[low]!) * part;
  }
}

/** How many wait in a queue at an hour. */
export function waitingAt(queue: Pick<Queue, "at_h" | "n">, t: number): number {
  let low = 0;
  let high = queue.at_h.length; // the first that is later than t
  while (low < high) {
    const middle = (low + high) >> 1;
    if (queue.at_h[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? queue.n[low - 1]! : 0;
}

/** All who wait at one place at an hour. */
export interface Waiting {
  place: string;
  units: number;
  vehicles: number;
  parts: { part: string; of: string; n: number }[];
}

/** Who waits where at an hour: places with anyone waiting, the most first. */
export function waiting(queues: readonly Queue[], t: number): Waiting[] {
  const places = new Map<string, Waiting>();
  for (const queue of queues) {
    const n = waitingAt(queue, t);
    if (!n || !queue.place) continue;
    let found = places.get(queue.place);
    if (!found) places.set(queue.place, (found = { place: queue.place, units: 0, vehicles: 0, parts: [] }));
    if (queue.of === "units") found.units += n;
    else found.vehicles += n;
    found.parts.push({ part: queue.part, of: queue.of, n });
  }
  const found = [...places.values()];
  for (const one of found) one.parts.sort((a, b) => b.n - a.n || (a.part < b.part ? -1 : 1));
  return found.sort((a, b) => b.units - a.units || b.vehicles - a.vehicles || (a.place < b.place ? -1 : 1));
}

/** What is closed at an hour. */
export const closedAt = (closures: readonly Closure[], t: number): Closure[] =>
  closures.filter((one) => one.begin_h <= t && t < one.end_h);

/** The pixels of a circle whose area goes by how many wait. */
export const queuePx = (n: number): number => (n > 0 ? Math.min(48, 2.5 + 0.5 * Math.sqrt(n)) : 0);
