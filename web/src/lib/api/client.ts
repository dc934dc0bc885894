/** Calls of the REST service, typed by its OpenAPI document. What goes wrong is thrown as `Problems`. */
import { address, type Query } from "./address";
import { Problems } from "./problems";
import type { components, paths } from "./schema";
import { askForToken, token } from "./token.svelte";

/** What the service's contract calls things: `Schemas["PlacePage"]`. */
export type Schemas = components["schemas"];

type Method = "get" | "post" | "delete";
type Path = keyof paths & string;
type Operation<P extends Path, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never;
type Success<O> = O extends { responses: infer R } ? R[keyof R & (200 | 201 | 202)] : unknown;
/** What a call answers, as JSON. */
export type Answer<P extends Path, M extends Method = "get"> =
  Success<Operation<P, M>> extends { content: { "application/json": infer T } } ? T : unknown;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer T } } } ? T : unknown;

export interface Options {
  /** What stands for the {names} of the path. */
  named?: Readonly<Record<string, string>>;
  query?: Query;
  signal?: AbortSignal | undefined;
}

export const get = <P extends Path>(path: P, options: Options = {}): Promise<Answer<P>> =>
  json(path, options, { method: "GET" });

export const post = <P extends Path>(
  path: P,
  body: Body<Operation<P, "post">> | null = null,
  options: Options = {},
): Promise<Answer<P, "post">> =>
  json(path, options, {
    method: "POST",
    ...(body === null ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });

export const remove = async <P extends Path>(path: P, options: Options = {}): Promise<void> => {
  await ask(path, options, { method: "DELETE" });
};

/** An answer in another form than JSON: a file to save, a stream of events. */
export async function ask(path: string, options: Options, request: RequestInit): Promise<Response> {
  const target = address(path, options.named, options.query);
  for (;;) {
    const given = token();
    const headers = new Headers(request.headers);
    if (given) headers.set("authorization", `Bearer ${given}`);
    const answer = await fetch(target, { ...request, headers, signal: options.signal ?? null });
    if (answer.ok) return answer;
    if (answer.status !== 401 || !(await askForToken())) throw await Problems.of(answer);
  }
}

async function json<T>(path: string, options: Options, request: RequestInit): Promise<T> {
  const answer = await ask(path, options, request);
  return (answer.status === 204 ? null : await answer.json()) as T;
}
