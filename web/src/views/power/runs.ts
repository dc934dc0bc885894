/** Runs of the power system, told apart by what was asked of them. */
import { get } from "$lib/api/client";
import { moment, t } from "$lib/language.svelte";
import type { RunLine } from "$lib/parts/RunList.svelte";

/** What a run was asked, out of its record. */
export interface Asked {
  /** Weeks that stand for the year; null: all its hours. */
  weeks: number | null;
  seed: number;
  year: number | null;
  /** Plants and ties that are not there all year. */
  lost: readonly string[];
  /** Whether load is added, as freight's. */
  load: boolean;
  /** Whether hours are the user's own. */
  profiles: boolean;
}

/** A run of the list with what it was asked; null while that is not known. */
export interface Told {
  line: RunLine;
  asked: Asked | null;
}

type Settings = Partial<{ weeks: number | null; year: number | null; lost: string[]; load: Record<string, string>; profiles: string[] }>;
interface Details extends RunLine {
  inputs: { settings?: Settings };
  results: { year?: number } | null;
}

/** Runs whose record is read: the newest. */
const MOST = 100;
/** That are asked for at once. */
const AT_ONCE = 4;
/** What a complete run was asked does not change. */
const known = new Map<string, Told>();

export function askedOf(details: Pick<Details, "inputs" | "results" | "seed">): Asked {
  const { weeks = null, year, lost = [], load = {}, profiles = [] } = details.inputs.settings ?? {};
  return { weeks, seed: details.seed ?? 1, year: details.results?.year ?? year ?? null, lost, load: Object.keys(load).length > 0, profiles: profiles.length > 0 };
}

/** The runs of a list, and `more` that stand in the address, with what they were asked. One that cannot be read is left as it is. */
export async function toldOf(lines: readonly RunLine[], more: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Told>> {
  const found = new Map<string, Told>(lines.map((line) => [line.run, known.get(line.run) ?? { line, asked: null }]));
  const complete = lines.filter(({ status }) => status === "complete").slice(0, MOST);
  const wanted = [...new Set([...more.filter(Boolean), ...complete.map(({ run }) => run)])].filter((run) => !found.get(run)?.asked);
  const worker = async (): Promise<void> => {
    for (let run = wanted.shift(); run !== undefined; run = wanted.shift()) {
      try {
        const details = (await get("/api/runs/{run}", { named: { run }, signal })) as unknown as Details;
        if (details.command !== "power") continue;
        found.set(run, { line: details, asked: askedOf(details) });
        if (details.status === "complete") known.set(run, found.get(run)!);
      } catch (thrown) {
        if (signal.aborted) throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

/** What was asked besides a scenario's year with seed 1. */
export function besides(asked: Asked | null, thing: (id: string) => string = (id) => id): string {
  if (!asked) return "";
  return [
    asked.seed === 1 ? "" : t("power.run.seed", { seed: String(asked.seed) }),
    asked.lost.length ? t("power.run.without", { what: asked.lost.map(thing).join(", ") }) : "",
    asked.load ? t("power.run.load") : "",
    asked.profiles ? t("power.run.profiles") : "",
  ].filter(Boolean).join(", ");
}

/** How much of the year it looked at. */
export const lengthOf = (asked: Asked | null): string => (asked ? (asked.weeks ? t("power.run.weeks", { n: asked.weeks }) : t("power.run.whole")) : "");

/** `base-2024 · 8 weeks · seed 2, without az-ge`. */
export const nameOf = ({ line, asked }: Told, thing?: (id: string) => string): string =>
  [line.scenario || t("scenario.today"), lengthOf(asked), besides(asked, thing)].filter(Boolean).join(" · ");

/** Names that are all different: of equal ones with when they began, and of those with the end of the run's name. */
export function apart(runs: readonly { run: string; name: string; started: string }[]): Map<string, string> {
  const shared = (of: readonly string[]): ReadonlySet<string> => new Set(of.filter((name, n) => of.indexOf(name) !== n));
  const same = shared(runs.map(({ name }) => name));
  const timed = runs.map(({ name, started }) => (same.has(name) && started ? `${name} · ${moment(started)}` : name));
  const still = shared(timed);
  return new Map(runs.map(({ run }, n) => [run, still.has(timed[n]!) ? `${timed[n]} · ${run.split("-").at(-1)}` : timed[n]!]));
}

/** Whether two were worked out on as many hours; null where that is not known. */
export const alike = (one: Asked | null | undefined, other: Asked | null | undefined): boolean | null => (one && other ? one.weeks === other.weeks : null);

/** The run that is shown where none is named: the newest whole year as it is, else the newest whole year, else the newest. */
export function preferred(runs: readonly Told[]): string {
  const complete = runs.filter(({ line }) => line.status === "complete");
  const whole = complete.filter(({ asked }) => asked?.weeks === null);
  const plain = whole.find(({ line, asked }) => besides(asked) === "" && !line.changes);
  return (plain ?? whole[0] ?? complete[0])?.line.run ?? "";
}
