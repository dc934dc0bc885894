/** Where we are: the path names the view, the query string holds all of its state. */
import { untrack } from "svelte";
import { decode, encode, text, type Spec, type Values } from "./codec";

export { flag, list, number, oneOf, text, type Codec } from "./codec";

const place = $state({ path: location.pathname, search: location.search });

addEventListener("popstate", () => {
  place.path = location.pathname;
  place.search = location.search;
});

export interface How {
  /** Put in place of the present entry of the history: for what changes by itself or many times a second. */
  replace?: boolean;
}

function write(path: string, query: URLSearchParams, how: How): void {
  const search = query.size ? `?${legible(query)}` : "";
  if (path === location.pathname && search === location.search) return;
  history[how.replace ? "replaceState" : "pushState"](null, "", path + search);
  place.path = path;
  place.search = search;
}

/** Commas, colons and slashes need no escape in a query, and are easier to read without. */
function legible(query: URLSearchParams): string {
  return query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
}

/** The path, reactive. */
export const path = (): string => place.path;

/** What every view shares: it goes along when another view is opened. */
const sharedSpec = { corridor: text("middle-corridor"), scenario: text() };
export const shared = urlState(sharedSpec);

/** The address of another view, with what views share. */
export function hrefOf(view: string, query: Record<string, string> = {}): string {
  const next = encode(sharedSpec, shared.all, new URLSearchParams(query));
  return view + (next.size ? `?${legible(next)}` : "");
}

/** Open an address of ours without loading the page again. */
export function go(href: string, how: How = {}): void {
  const url = new URL(href, location.origin);
  write(url.pathname, url.searchParams, how);
}

export type UrlState<S extends Spec> = Values<S> & {
  /** All values at once, reactive. */
  readonly all: Values<S>;
  /** Write several at once: one entry in the history. */
  set(values: Partial<Values<S>>, how?: How): void;
};

/**
 * State that lives in the query string: `const url = urlState({ from: text(), t: number(0, 0) })`; then `url.from` is
 * read (reactive) and `url.from = "Baku"` written, each write one entry in the history.
 */
export function urlState<S extends Spec>(spec: S): UrlState<S> {
  const state = {
    get all() {
      return decode(spec, new URLSearchParams(place.search));
    },
    set(values: Partial<Values<S>>, how: How = {}) {
      untrack(() => write(place.path, encode(spec, values, new URLSearchParams(place.search)), how));
    },
  };
  for (const [name, codec] of Object.entries(spec)) {
    // A text of its own, so that what reads one name does not begin again when another changes.
    const written = $derived(new URLSearchParams(place.search).get(name));
    Object.defineProperty(state, name, {
      enumerable: true,
      get: () => (written === null ? codec.standard : codec.parse(written)),
      set: (value) => state.set({ [name]: value } as Partial<Values<S>>),
    });
  }
  return state as UrlState<S>;
}
