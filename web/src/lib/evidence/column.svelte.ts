/** What columns are called in the language of the page. */
import { t } from "../language.svelte";
import { plainColumn } from "./words";

/** The name of a column: the catalogue's, else made of its id. */
export function columnName(column: string): string {
  const key = `column.${column}`;
  const said = t(`column.${column}`);
  return said === key ? plainColumn(column) : said;
}
