/** The answer of an appraisal, and what is made of it to be read. Money is million USD of today. */

/** Of one project, or of all together. */
export interface Worth {
  projects: string;
  capital: number;
  benefits: number;
  npv: number;
  may_cost: number | null;
  eirr: number | null;
  mirr: number | null;
  bcr: number | null;
  fyrr: number | null;
  npv_p10: number;
  npv_p90: number;
  below_zero: number;
  co2e_t_year: number;
  newly_served_t: number;
  opens: Readonly<Record<string, string>>;
  eirr_note: string;
  bcr_note: string;
  years: readonly number[];
  streams: Readonly<Record<string, readonly number[]>>;
  net: readonly number[];
  present: Readonly<Record<string, number>>;
  switching: readonly { stream: string; times: number | null; change: number | null; note: string }[];
  tornado: readonly { input: string; low: number; high: number; npv_low: number; npv_high: number }[];
  risk: { samples: number; mean: number; p10: number; p50: number; p90: number; below_zero: number; shares: Readonly<Record<string, number>> };
  by_country: Readonly<Record<string, Readonly<Record<Gain, number>>>>;
  assumed: readonly { project: string; what: string; value: string; why: string }[];
}

export const GAINS = ["users", "carriers", "payers"] as const;
export type Gain = (typeof GAINS)[number];

export interface Ground {
  about: string;
  what: string;
  value: number | string | null;
  unit: string | null;
  method: string | null;
  grade: string | null;
  facts: readonly { id: string; subject?: string; value?: string; unit?: string; source?: string }[];
  note: string | null;
}

export interface Appraisal {
  run: { name: string; inputs: { package: string; settings: Readonly<Record<string, unknown>> } };
  projects: Readonly<Record<string, Worth>>;
  together: Worth | null;
  interaction: number | null;
  basis: readonly Ground[];
  grades: Readonly<Record<string, number>>;
  pairs?: readonly { projects: readonly string[]; npv: number; interaction: number }[];
  portfolio?: { budget: number | null; chosen: readonly string[]; cost: number; npv: number; proven: boolean } | null;
  order?: {
    /** Years after the first. */
    built: readonly { project: string; begins: number; opens: number }[];
    left_out: readonly { project: string; why: string }[];
    value: number;
    proven: boolean;
  };
}

/** In the order in which they are stacked: what is paid, then what is gained. */
export const STREAMS = ["capital", "upkeep", "takings", "fares", "carriage", "time", "co2e", "residual"] as const;

export interface Flow {
  year: number;
  stream: string;
  musd: number;
}

/** Costs and benefits by year; streams that are nowhere anything are left out. */
export function flows(worth: Worth): Flow[] {
  const known = [...STREAMS, ...Object.keys(worth.streams).filter((name) => !(STREAMS as readonly string[]).includes(name))];
  return known.flatMap((stream) => {
    const values = worth.streams[stream] ?? [];
    if (!values.some((value) => Math.abs(value) >= 1e-9)) return [];
    return worth.years.map((year, k) => ({ year, stream, musd: values[k] ?? 0 }));
  });
}

/** Net present value so far, year by year, discounted to the first year. */
export function cumulative(worth: Worth, rate: number): { year: number; musd: number }[] {
  let sum = 0;
  return worth.years.map((year, k) => ({ year, musd: (sum += (worth.net[k] ?? 0) / (1 + rate) ** k) }));
}

export interface Gained {
  country: string;
  gain: Gain;
  musd: number;
}

/** Who gains and who pays, of the countries where it is most; `least` million USD and less are left out. */
export function gains(worth: Worth, most: number, least = 0.005): Gained[] {
  const size = (of: Readonly<Record<Gain, number>>): number => Math.max(...GAINS.map((gain) => Math.abs(of[gain] ?? 0)));
  return Object.entries(worth.by_country)
    .filter(([, of]) => size(of) >= least)
    .sort((one, other) => size(other[1]) - size(one[1]) || one[0].localeCompare(other[0]))
    .slice(0, most)
    .flatMap(([country, of]) => GAINS.map((gain) => ({ country, gain, musd: of[gain] ?? 0 })));
}

export interface Bar {
  input: string;
  low: number;
  high: number;
  npv_low: number;
  npv_high: number;
}

/** Inputs by how far the net present value swings with them, the widest first. */
export const tornado = (worth: Worth): Bar[] =>
  [...worth.tornado].sort((one, other) => Math.abs(other.npv_high - other.npv_low) - Math.abs(one.npv_high - one.npv_low));

/** The worth that is asked for: a project's, else that of all together, else the only one's. */
export function worthOf(found: Appraisal, of: string): { name: string; worth: Worth } | null {
  const alone = found.projects[of];
  if (alone) return { name: of, worth: alone };
  if (found.together) return { name: "", worth: found.together };
  const first = Object.entries(found.projects)[0];
  return first ? { name: first[0], worth: first[1] } : null;
}
