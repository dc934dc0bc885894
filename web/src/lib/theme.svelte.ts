/** Light or dark: the system's, or what was chosen here. */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = "karvan.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const kept = THEMES.find((theme) => theme === localStorage.getItem(KEPT)) ?? "system";
const state = $state({ chosen: kept as Theme, systemDark: system.matches });

system.addEventListener("change", (event) => (state.systemDark = event.matches));
apply(kept);

function apply(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "system" ? "light dark" : theme;
}

export const theme = (): Theme => state.chosen;
export const dark = (): boolean => (state.chosen === "system" ? state.systemDark : state.chosen === "dark");

export function chooseTheme(next: Theme): void {
  state.chosen = next;
  localStorage.setItem(KEPT, next);
  apply(next);
}

/** Whether things should stand still rather than glide. */
export const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
