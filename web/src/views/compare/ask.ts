/** What is asked of a comparison and of an appraisal: the bodies that are posted. */
import type { Schemas } from "$lib/api/client";
import type { Values } from "$lib/codec";
import type { appraiseSpec, askSpec } from "./state";

/** Without one engine there is nothing to compare: then all three are meant. */
export function compareBody(corridor: string, asked: Values<typeof askSpec>): Partial<Schemas["CompareBody"]> {
  const engines = asked.engines.filter((engine) => ["plan", "assign", "simulate"].includes(engine)) as Schemas["CompareBody"]["engines"];
  return {
    corridor,
    base: asked.base,
    scenarios: asked.with.filter((name) => name !== ""),
    ...(engines?.length ? { engines } : {}),
    largest: asked.largest,
    days: asked.days,
    replications: asked.n,
    seed: asked.seed,
    interaction: asked.together && asked.with.length > 1,
  };
}

export function appraiseBody(corridor: string, projects: readonly string[], asked: Values<typeof appraiseSpec>): Partial<Schemas["AppraiseBody"]> {
  const budget = Number(asked.budget);
  return {
    corridor,
    projects: [...projects],
    base: asked.under,
    start: asked.from,
    end: asked.to,
    rate: asked.rate / 100,
    samples: asked.samples,
    pairs: asked.pairs && projects.length > 1,
    ...(asked.budget.trim() !== "" && Number.isFinite(budget) ? { budget } : {}),
  };
}
