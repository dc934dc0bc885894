/** What screen readers are told, and the foot of the page shows for a while: `announce("3 options found")`. */
const state = $state({ text: "", count: 0 });

export const status = (): { text: string; count: number } => state;

export function announce(text: string): void {
  state.text = text;
  state.count += 1; // the same sentence said twice is said twice
}
