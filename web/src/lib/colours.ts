/** Colours that charts and the map share; the same as the --series of app.css, for what cannot read CSS. */

export type Look = "light" | "dark";

export const SERIES: Record<Look, readonly string[]> = {
  light: ["#0b6aa8", "#c2570c", "#0f7d5c", "#a04a87", "#806300", "#3e8fb5", "#57636c", "#8b2f2f"],
  dark: ["#5db3ee", "#f19c53", "#45c79b", "#e09bc9", "#e3c04b", "#8fd4f2", "#b0bec8", "#ef8b8b"],
};

const MODES = { rail: 0, road: 1, sea: 2, air: 3, inland_waterway: 5 } as const;

/** The colour of a mode of transport; grey for one that we do not know. */
export const modeColour = (mode: string, look: Look): string =>
  SERIES[look][MODES[mode as keyof typeof MODES] ?? 6]!;

/** Red, green, blue, 0-255, as deck.gl wants them; `alpha` 0-255. */
export function rgb(hex: string, alpha = 255): [number, number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255, alpha];
}

/** From least to most, in steps that stay apart for every eye and in grey (cividis, Nunez et al. 2018). */
export const SEQUENCE = ["#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838"] as const;

/** A colour of SEQUENCE, mixed between its steps; `share` 0-1. In the dark the darkest third is left out. */
export function sequence(share: number, look: Look): string {
  const held = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const at = (look === "dark" ? 0.3 + 0.7 * held : 0.9 * held) * (SEQUENCE.length - 1);
  const below = Math.min(Math.floor(at), SEQUENCE.length - 2);
  const one = rgb(SEQUENCE[below]!);
  const other = rgb(SEQUENCE[below + 1]!);
  const mixed = [0, 1, 2].map((part) => Math.round(one[part]! + (other[part]! - one[part]!) * (at - below)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
