/** How a value stands in the query string. A value that is the default is left out of it. */

export interface Codec<T> {
  readonly standard: T;
  /** The value of a text out of the query; the default where the text makes no sense. */
  parse(text: string): T;
  print(value: T): string;
}

export const text = (standard = ""): Codec<string> => ({ standard, parse: (found) => found, print: (value) => value });

/** A number, held within its bounds. */
export const number = (standard: number, low = -Infinity, high = Infinity): Codec<number> => ({
  standard,
  parse: (found) => {
    const value = Number(found);
    return found.trim() === "" || !Number.isFinite(value) ? standard : Math.min(high, Math.max(low, value));
  },
  print: String,
});

export const flag = (standard = false): Codec<boolean> => ({
  standard,
  parse: (found) => (found === "1" ? true : found === "0" ? false : standard),
  print: (value) => (value ? "1" : "0"),
});

/** Several ids, parted by commas. */
export const list = (standard: readonly string[] = []): Codec<readonly string[]> => ({
  standard,
  parse: (found) => (found === "" ? [] : found.split(",")),
  print: (value) => value.join(","),
});

export const oneOf = <const T extends string>(choices: readonly [T, ...T[]]): Codec<T> => ({
  standard: choices[0],
  parse: (found) => choices.find((choice) => choice === found) ?? choices[0],
  print: (value) => value,
});

// Any codec at all: its own type of value comes back through `Values`.
export type Spec = Record<string, Codec<any>>;
export type Values<S extends Spec> = { -readonly [K in keyof S]: S[K] extends Codec<infer T> ? T : never };

export function decode<S extends Spec>(spec: S, query: URLSearchParams): Values<S> {
  const found: Record<string, unknown> = {};
  for (const [name, codec] of Object.entries(spec)) {
    const written = query.get(name);
    found[name] = written === null ? codec.standard : codec.parse(written);
  }
  return found as Values<S>;
}

/** `query` with `values` put in; what `spec` does not name is kept. The order of names is settled: alphabetical. */
export function encode<S extends Spec>(spec: S, values: Partial<Values<S>>, query: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    const codec = spec[name];
    if (!codec) continue;
    const written = value === undefined ? undefined : codec.print(value as never);
    if (written === undefined || written === codec.print(codec.standard as never)) next.delete(name);
    else next.set(name, written);
  }
  next.sort();
  return next;
}
