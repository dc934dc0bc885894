/** An address of the service out of its path with {places}, what stands in them, and the query. */

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/** Names left out, null and empty texts are not written; a list is written once for each of its values. */
export function address(path: string, named: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = named[name];
    if (value === undefined || value === "") throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.size ? `${filled}?${search}` : filled;
}
