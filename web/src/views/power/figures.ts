/** The figures of a country's year, in the order in which they are told. */
import type { CountryYear, RunBody } from "./documents";

export interface Told {
  key: string;
  unit: string;
  digits: number;
}

export const FIGURES: readonly Told[] = [
  { key: "load_twh", unit: "TWh", digits: 2 },
  { key: "peak_mw", unit: "MW", digits: 0 },
  { key: "capacity_mw", unit: "MW", digits: 0 },
  { key: "made_twh", unit: "TWh", digits: 2 },
  { key: "curtailed_twh", unit: "TWh", digits: 3 },
  { key: "shed_gwh", unit: "GWh", digits: 2 },
  { key: "exports_twh", unit: "TWh", digits: 3 },
  { key: "agreed_exports_twh", unit: "TWh", digits: 3 },
  { key: "export_musd", unit: "MUSD", digits: 1 },
  { key: "imports_twh", unit: "TWh", digits: 3 },
  { key: "import_musd", unit: "MUSD", digits: 1 },
  { key: "gas_bcm", unit: "bcm", digits: 3 },
  { key: "mtco2", unit: "MtCO2", digits: 3 },
  { key: "hydrogen_kt", unit: "kt", digits: 2 },
  { key: "cost_musd", unit: "MUSD", digits: 1 },
  { key: "direct_made", unit: "gCO2/kWh", digits: 1 },
  { key: "direct_used", unit: "gCO2/kWh", digits: 1 },
  { key: "life_made", unit: "gCO2e/kWh", digits: 1 },
  { key: "life_used", unit: "gCO2e/kWh", digits: 1 },
];

const valueOf = (year: CountryYear | undefined, key: string): number | null => {
  const found = year?.[key];
  return typeof found === "number" ? found : null;
};

/** As many digits as are shown: what is less is nothing. */
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;

export interface BesideRow extends Told {
  country: string;
  one: number | null;
  other: number | null;
  more: number | null;
}

/** Two years side by side, country by country; what neither has is left out. */
export function beside(one: readonly CountryYear[], other: readonly CountryYear[]): BesideRow[] {
  const countries = [...new Set([...one, ...other].map(({ country }) => country))].toSorted();
  return countries.flatMap((country) => {
    const [a, b] = [one, other].map((years) => years.find((year) => year.country === country));
    return FIGURES.map((told) => {
      const [first, second] = [valueOf(a, told.key), valueOf(b, told.key)];
      return { ...told, country, one: first, other: second, more: first === null || second === null ? null : rounded(second - first, told.digits) };
    }).filter(({ one: first, other: second, digits }) => rounded(first ?? 0, digits) !== 0 || rounded(second ?? 0, digits) !== 0);
  });
}

/** What is asked of the service. */
export function body(corridor: string, ask: { under: string; weeks: number; seed: number }): RunBody {
  return { corridor, scenario: ask.under, weeks: ask.weeks || null, seed: ask.seed } as RunBody;
}
