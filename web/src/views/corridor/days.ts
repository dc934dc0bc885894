/** A queue day by day, over replications. */
type Row = Readonly<Record<string, unknown>>;

export interface Day {
  day: number;
  /** How many wait in the mean of the replications, and in the least and the most of them. */
  waiting: number;
  low: number;
  high: number;
  /** How many servers work, in the mean. */
  in_use: number;
}

/** Rows of the table daily of each replication; several parts of one thing on a day add up. */
export function byDay(replications: readonly (readonly Row[])[]): Day[] {
  const days = new Map<number, { waiting: number; in_use: number }[]>();
  replications.forEach((rows, i) => {
    for (const row of rows) {
      const of = days.get(Number(row.day)) ?? [];
      const told = (of[i] ??= { waiting: 0, in_use: 0 });
      told.waiting += Number(row.waiting ?? 0);
      told.in_use += Number(row.in_use ?? 0);
      days.set(Number(row.day), of);
    }
  });
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...days]
    .sort(([one], [other]) => one - other)
    .map(([day, of]) => {
      const told = of.filter((one) => one !== undefined);
      const waiting = told.map((one) => one.waiting);
      return { day, waiting: mean(waiting), low: Math.min(...waiting), high: Math.max(...waiting), in_use: mean(told.map((one) => one.in_use)) };
    });
}
