/** Numbers of a row, in the groups in which they are read. */
import type { RowNumber } from "$lib/evidence/documents";

const GROUPS: readonly (readonly [name: string, columns: RegExp])[] = [
  ["capacity", /^(servers|batch|buffer|load_share|tracks|paths_per_day|fleet|capacity_|max_t_|count|per_trip)/],
  ["time", /^(service_time|wait_|papers_h|setup_h|slow_|headway|longest_wait|cutoff|dwell|duration|turnaround|free_h|speed)/],
  ["money", /^(price_|storage_|capex|opex)/],
  ["energy", /^(energy_|gco2e|kgco2e)/],
  ["size", /^(length_km)/],
];

export interface Group {
  name: string;
  numbers: RowNumber[];
}

/** The groups that there are, in their order; what is in none is `other`. */
export function groupsOf(numbers: readonly RowNumber[]): Group[] {
  const found = new Map<string, RowNumber[]>();
  for (const number of numbers) {
    const name = GROUPS.find(([, columns]) => columns.test(number.column))?.[0] ?? "other";
    found.set(name, [...(found.get(name) ?? []), number]);
  }
  const order = ["size", "capacity", "time", "money", "energy", "other"];
  return [...found].map(([name, of]) => ({ name, numbers: of })).sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}
