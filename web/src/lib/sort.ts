/** The order of a table's rows. */

export type Value = string | number | boolean | null | undefined;

/**
 * Rows by `of`, smallest first or last; what is missing comes last either way, equal rows stay as they were. Texts are
 * ordered as `language` does, with numbers inside them as numbers.
 */
export function sorted<R>(rows: readonly R[], of: (row: R) => Value, down: boolean, language: string): R[] {
  const texts = new Intl.Collator(language, { numeric: true });
  const missing = (value: Value): boolean => value === null || value === undefined || value === "" || Number.isNaN(value);
  const compare = (one: Value, other: Value): number =>
    typeof one === "number" && typeof other === "number" ? one - other : texts.compare(String(one), String(other));
  return rows
    .map((row) => ({ row, value: of(row) }))
    .sort((one, other) => {
      const gaps = Number(missing(one.value)) - Number(missing(other.value));
      if (gaps || missing(one.value)) return gaps;
      return down ? compare(other.value, one.value) : compare(one.value, other.value);
    })
    .map(({ row }) => row);
}
