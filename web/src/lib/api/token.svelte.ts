/** The token of a service that asks for one: given once, kept for this tab only. */
const KEPT = "karvan.token";
const state = $state<{ asked: boolean; refused: boolean }>({ asked: false, refused: false });
let answer: ((given: boolean) => void) | null = null;
let waiting: Promise<boolean> | null = null;

export const token = (): string | null => sessionStorage.getItem(KEPT);
export const asking = (): { asked: boolean; refused: boolean } => state;

/** Show the question; resolves to whether a token was given. Many callers share one question. */
export function askForToken(): Promise<boolean> {
  state.refused = token() !== null;
  state.asked = true;
  waiting ??= new Promise<boolean>((resolve) => (answer = resolve));
  return waiting;
}

/** The answer to the question; null when it was put away. */
export function giveToken(given: string | null): void {
  if (given) sessionStorage.setItem(KEPT, given);
  state.asked = false;
  answer?.(given !== null);
  answer = waiting = null;
}
