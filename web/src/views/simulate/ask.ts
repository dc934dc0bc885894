/** What is asked of a simulation: its fields in the query string, and the body that is posted. */
import { flag, number, text, type Codec, type Values } from "$lib/codec";

/** Several lines, parted by semicolons: changes hold commas, equal signs and slashes, but no semicolon. */
export const lines = (): Codec<readonly string[]> => ({
  standard: [],
  parse: (found) => found.split(";").map((line) => line.trim()).filter(Boolean),
  print: (value) => value.join(";"),
});

export const FIELDS = {
  year: number(2024, 1900, 2200),
  days: number(30, 0.25, 36525),
  n: number(3, 1, 100000),
  seed: number(1, 0, 2 ** 32 - 1),
  demand: number(1, 0, 1000),
  warmup: text(), // days; empty: found by the service
  change: lines(),
  close: lines(),
  trace: flag(true),
};

export type Asked = Values<typeof FIELDS>;

export interface Body {
  corridor: string;
  scenario?: string;
  year?: number;
  days: number;
  replications: number;
  seed: number;
  demand: number;
  warmup_days?: number;
  changes: string[];
  closings: string[];
  trace: boolean;
  one_more_at?: string[];
}

/** A scenario has a year of its own, and the service refuses another. */
export function body(corridor: string, scenario: string, asked: Asked): Body {
  const warmup = Number(asked.warmup);
  return {
    corridor,
    ...(scenario ? { scenario } : { year: asked.year }),
    days: asked.days,
    replications: asked.n,
    seed: asked.seed,
    demand: asked.demand,
    ...(asked.warmup.trim() !== "" && Number.isFinite(warmup) ? { warmup_days: warmup } : {}),
    changes: [...asked.change],
    closings: [...asked.close],
    trace: asked.trace,
  };
}

/** Of a run's record: what it was made from. */
export interface Inputs {
  package: string;
  scenario?: string | null;
  changes?: readonly string[];
  seed: number;
  settings: {
    days: number;
    year: number;
    demand: number;
    warmup_days?: number | null;
    trace?: boolean;
    after_routing?: readonly string[];
  };
}

/**
 * The same simulation again, with one more of what is waited for at `part`. Null for a run that is itself such a variant:
 * its goods keep the ways of another run, which no request says.
 */
export function oneMore(corridor: string, inputs: Inputs, replications: number, part: string): Body | null {
  const { settings } = inputs;
  if (settings.after_routing?.length) return null;
  return {
    corridor,
    ...(inputs.scenario ? { scenario: inputs.scenario } : { year: settings.year }),
    days: settings.days,
    replications,
    seed: inputs.seed,
    demand: settings.demand,
    ...(settings.warmup_days === null || settings.warmup_days === undefined ? {} : { warmup_days: settings.warmup_days }),
    changes: [...(inputs.changes ?? [])],
    closings: [],
    trace: settings.trace ?? false,
    one_more_at: [part],
  };
}

/** Whether a change looks like one; the service says what is wrong with it in full. */
export const looksLikeChange = (line: string): boolean => /^[^/=*]+\/[^=*]+\/[^/=*]+(=|\*)\S/.test(line.trim());
export const looksLikeClosing = (line: string): boolean => /^[^/=]+\/[^=]+=\S+\.\.\S+$/.test(line.trim());
