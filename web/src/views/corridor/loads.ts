/** What runs tell of each thing: goods and use out of assign, queues and waits out of simulate. */

import type { Schemas } from "../../lib/api/client";

type Row = Readonly<Record<string, unknown>>;
export type RunLine = Schemas["RunLineDetails"];

/** Of a link, a service or a facility. What a run does not tell is missing. */
export interface Load {
  /** Goods a year. */
  teu?: number;
  tonnes?: number;
  /** Trains, ships or trucks a year. */
  vehicles?: number;
  /** Share of what it can do, 0-1 and above. */
  use?: number;
  /** How many wait, in the mean, and at the most. */
  queue?: number;
  most?: number;
  /** Mean wait, hours. */
  wait_h?: number;
  /** What waits: train, vessel, container. */
  unit?: string;
}

const HOURS_A_YEAR = 8760;

/** By `table/id`. */
export type Loads = Map<string, Load>;

const number = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
const largest = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : Math.max(one, other);
const sum = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : one + other;

/** `rail-A-B there` is a way over the link rail-A-B; `asco (back) at 2 AKTAU` a stop of the service asco. */
const wayOf = (name: string): string => name.replace(/ (there|back)$/, "");
export const serviceOf = (name: string): string =>
  name.replace(/^trips /, "").replace(/ at \d+(?: .*)?$/, "").replace(/ \(back\)$/, "");

function add(loads: Loads, key: string, more: Load): void {
  const known = loads.get(key) ?? {};
  const next: Load = { ...known, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) };
  // Of the ways over one link, and of the stops of one service, the worst is told; goods add up.
  for (const name of ["use", "wait_h", "most", "queue"] as const) {
    const value = largest(known[name], more[name]);
    if (value !== undefined) next[name] = value;
  }
  for (const name of ["teu", "tonnes", "vehicles"] as const) {
    const value = sum(known[name], more[name]);
    if (value !== undefined) next[name] = value;
  }
  loads.set(key, next);
}

/** The tables links, resources and chains of a run of assign. */
export function assigned(links: readonly Row[], resources: readonly Row[], chains: readonly Row[]): Loads {
  const loads: Loads = new Map();
  for (const row of links) {
    add(loads, `link/${row.link}`, optional({ teu: number(row.teu), tonnes: number(row.tonnes), vehicles: number(row.vehicles) }));
  }
  for (const row of resources) {
    const name = String(row.resource);
    const [load, wait] = [number(row.load), number(row.wait_h)];
    const goods = row.kind === "trips" || row.kind === "slots";
    const told = optional({
      use: number(row.used),
      wait_h: wait,
      // Little's law: what comes in an hour, times the hours that each waits. Goods that await a departure are told by weight alone.
      queue: goods || load === undefined || wait === undefined ? undefined : (load * wait) / HOURS_A_YEAR,
      unit: goods ? undefined : String(row.unit),
    });
    if (row.kind === "facility") add(loads, `facility/${name}`, { ...told, ...optional({ teu: number(row.teu), tonnes: number(row.tonnes) }) });
    else if (row.kind === "path") add(loads, `link/${wayOf(name)}`, told);
    else if (goods) add(loads, `service/${serviceOf(name)}`, told);
  }
  for (const row of chains) {
    const goods = optional({ teu: number(row.teu), tonnes: number(row.tonnes) });
    for (const service of ridden(row)) add(loads, `service/${service}`, goods);
  }
  return loads;
}

/** The table summary_queues of a run of simulate. */
export function simulated(queues: readonly Row[], links: (name: string) => boolean): Loads {
  const loads: Loads = new Map();
  for (const row of queues) {
    const name = String(row.part);
    const told = optional({ use: number(row.use), wait_h: number(row.wait_h), queue: number(row.queue), most: number(row.most) });
    if (row.kind === "stop") add(loads, `service/${serviceOf(name)}`, told);
    else add(loads, links(wayOf(name)) ? `link/${wayOf(name)}` : `facility/${name}`, told);
  }
  return loads;
}

/** Goods of each family on each service: the tonnes a year, and the TEU. */
export interface Carried {
  family: string;
  teu: number;
  tonnes: number;
}

export function familiesOn(chains: readonly Row[]): Map<string, Carried[]> {
  const found = new Map<string, Map<string, Carried>>();
  for (const row of chains) {
    const family = String(row.family);
    for (const service of ridden(row)) {
      const of = found.get(service) ?? new Map<string, Carried>();
      const known = of.get(family) ?? { family, teu: 0, tonnes: 0 };
      of.set(family, { family, teu: known.teu + (number(row.teu) ?? 0), tonnes: known.tonnes + (number(row.tonnes) ?? 0) });
      found.set(service, of);
    }
  }
  return new Map([...found].map(([service, of]) => [service, [...of.values()].sort((one, other) => other.tonnes - one.tonnes)]));
}

/** Services that goods of a chain ride, each once. */
const ridden = (chain: Row): string[] => [...new Set(String(chain.services ?? "").split(" + ").filter(Boolean).map(serviceOf))];

/** Two runs laid over each other: what the second tells counts, except goods, which only an assignment tells. */
export function laidOver(flows: Loads | null, queues: Loads | null): Loads {
  const loads: Loads = new Map(flows ?? []);
  for (const [key, told] of queues ?? []) {
    const under = loads.get(key);
    loads.set(key, { ...(under?.unit ? { unit: under.unit } : {}), ...pick(under, ["teu", "tonnes", "vehicles"]), ...told });
  }
  return loads;
}

function pick(load: Load | undefined, names: readonly (keyof Load)[]): Load {
  return Object.fromEntries(names.filter((name) => load?.[name] !== undefined).map((name) => [name, load![name]])) as Load;
}

function optional(load: { [K in keyof Load]: Load[K] | undefined }): Load {
  return Object.fromEntries(Object.entries(load).filter(([, value]) => value !== undefined)) as Load;
}
