/** What is fetched of the service, kept in step with what it depends on. */
import { untrack } from "svelte";
import { Problems } from "./api/problems";

export interface Resource<T> {
  /** The last answer; it stays while the next one is fetched. */
  readonly value: T | null;
  readonly busy: boolean;
  readonly problems: Problems | null;
  /** Ask again. */
  again(): void;
}

/**
 * Call `fetching` now, and again whenever a reactive value that it reads *before its first await* changes; the one
 * before is aborted. `null` instead of a promise means that there is nothing to ask. Called while a component is made.
 */
export function resource<T>(fetching: (signal: AbortSignal) => Promise<T> | null): Resource<T> {
  let now = $state.raw<{ value: T | null; busy: boolean; problems: Problems | null }>({
    value: null,
    busy: false,
    problems: null,
  });
  let asked = $state(0);

  $effect(() => {
    void asked;
    const control = new AbortController();
    const promise = fetching(control.signal);
    const before = untrack(() => now.value);
    if (promise === null) {
      now = { value: null, busy: false, problems: null };
      return;
    }
    now = { value: before, busy: true, problems: null };
    promise.then(
      (value) => {
        if (!control.signal.aborted) now = { value, busy: false, problems: null };
      },
      (thrown) => {
        if (!control.signal.aborted) now = { value: before, busy: false, problems: Problems.from(thrown) };
      },
    );
    return () => control.abort();
  });

  return {
    get value() {
      return now.value;
    },
    get busy() {
      return now.busy;
    },
    get problems() {
      return now.problems;
    },
    again: () => void (asked += 1),
  };
}
