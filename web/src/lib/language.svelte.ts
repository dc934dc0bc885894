/** The language of the screens: `t("plan.title")`. English is always there; another is fetched when it is chosen. */
import english from "../messages/en.json";
import { say, type Catalogue, type Fill } from "./catalogue";

export const LANGUAGES = { en: "English", az: "Azərbaycanca", zh: "中文", ru: "Русский", tr: "Türkçe" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "karvan.language";
const load: Record<Exclude<Language, "en">, () => Promise<{ default: Catalogue }>> = {
  az: () => import("../messages/az.json"),
  zh: () => import("../messages/zh.json"),
  ru: () => import("../messages/ru.json"),
  tr: () => import("../messages/tr.json"),
};

const state = $state<{ language: Language; words: Catalogue }>({ language: "en", words: english });

export const language = (): Language => state.language;

/** The sentence of a key, reactive to the language. */
export const t = (key: string, fill?: Fill): string => say(state.language, state.words, english, key, fill);

export async function choose(next: Language): Promise<void> {
  state.words = next === "en" ? english : (await load[next]()).default;
  state.language = next;
  document.documentElement.lang = next;
  localStorage.setItem(KEPT, next);
}

/** What was chosen before, else the first of the browser's languages that we have. */
export async function chooseFirst(): Promise<void> {
  const wanted = [localStorage.getItem(KEPT) ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  const found = wanted.find((tag): tag is Language => tag in LANGUAGES);
  if (found && found !== "en") await choose(found);
}

/** A number as the language writes it, with at most `digits` after the point. */
export function figure(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString(state.language, { maximumFractionDigits: digits });
}

/** An instant as the language writes it: day and minute, in the reader's own time. */
export const moment = (instant: string): string =>
  new Date(instant).toLocaleString(state.language, { dateStyle: "short", timeStyle: "short" });
