/** What figures are called: places, families, countries and parts by their names in the language of the page. */
import { t } from "$lib/language.svelte";
import type { MapData } from "$lib/map/features";
import { countryName } from "../corridor/names.svelte";
import { namesOf, type Names } from "../simulate/names";

export interface Naming extends Names {
  family(id: string): string;
  /** `XIAN > BAKU` or `XIAN > BAKU: 1xFEU of general`. */
  pair(name: string): string;
  /** The name of a row of changes, with what the name alone does not tell. */
  row(row: { subject: string; name: string; detail: string }): string;
}

/** What the catalogue says; of a word that it does not know, the word itself. */
const said = (key: string, word: string, found: string): string => (found === key ? word.replaceAll("_", " ") : found);
export const causeName = (cause: string): string => said(`simulate.cause.${cause}`, cause, t(`simulate.cause.${cause}`));
export const measureName = (measure: string): string => said(`compare.measure.${measure}`, measure, t(`compare.measure.${measure}`));
export const subjectName = (subject: string): string => said(`compare.subject.${subject.replaceAll(" ", "_")}`, subject, t(`compare.subject.${subject.replaceAll(" ", "_")}`));
export const engineName = (engine: string): string => said(`compare.engine.${engine}`, engine, t(`compare.engine.${engine}`));

const beside = (...parts: readonly string[]): string => parts.filter(Boolean).join(" · ");

export function namingOf(ground: MapData | null): Naming {
  const names = namesOf(ground);
  const families = (ground as { families?: readonly { id: string; name: string }[] } | null)?.families ?? [];
  const byId = new Map(families.map(({ id, name }) => [id, name]));
  const family = (id: string): string => byId.get(id) ?? id;

  function pair(name: string): string {
    const [ends = "", rest = ""] = name.split(": ");
    const [from = "", to = ""] = ends.split(" > ");
    const told = to ? `${names.place(from)} → ${names.place(to)}` : ends;
    return rest ? `${told}: ${rest.replace(/ of general$/, "")}` : told;
  }

  function group(name: string): string {
    const [ends = "", of = "", unit = ""] = name.split(" | ");
    return beside(pair(ends.replace(" - ", " > ")), of && family(of), unit === "container" ? "" : unit);
  }

  function row({ subject, name, detail }: { subject: string; name: string; detail: string }): string {
    switch (subject) {
      case "family":
        return family(name);
      case "pair":
        return beside(pair(name), detail === "container" ? "" : detail);
      case "pair and family":
        return beside(pair(name), family(detail));
      case "request":
        return beside(pair(name), detail ? family(detail) : t("compare.best"));
      case "group":
        return group(name);
      case "from country":
      case "to country":
        return countryName(name);
      case "place":
        return names.place(name);
      case "place and cause":
        return beside(names.place(name), causeName(detail));
      case "cause":
        return causeName(name);
      case "part":
      case "resource":
      case "bottleneck":
        return names.part(name);
      case "link":
        return pair(detail) || names.part(name);
      default:
        return beside(name, detail);
    }
  }

  return { ...names, family, pair, row };
}

/** Kinds and states of projects, in words. */
export const kindWord = (kind: string): string => said(`compare.kind.${kind}`, kind, t(`compare.kind.${kind}`));
export const stateWord = (status: string): string => said(`compare.state.${status.replaceAll(" ", "_")}`, status, t(`compare.state.${status.replaceAll(" ", "_")}`));
export const streamName = (stream: string): string => said(`compare.stream.${stream.replaceAll(" ", "_")}`, stream, t(`compare.stream.${stream.replaceAll(" ", "_")}`));
/** An input of an appraisal: one of all, or the capital of a project. */
export function inputName(input: string, project: (id: string) => string): string {
  const capital = /^capital of (.*)$/.exec(input);
  return capital ? t("compare.input.capital", { project: project(capital[1]!) }) : said(`compare.input.${input.replaceAll(" ", "_")}`, input, t(`compare.input.${input.replaceAll(" ", "_")}`));
}
