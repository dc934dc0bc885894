/** What the service sends of evidence. */

export interface Source {
  id: string;
  title: string;
  publisher: string;
  date: string;
  url: string;
  kind: string;
}

export interface FactLine {
  id: string;
  subject: string;
  metric: string;
  value: string;
  unit: string;
  period: string;
  scope: string;
  source: string;
  confidence: string;
  note: string;
}

export interface Fact extends Omit<FactLine, "source"> {
  source: Source;
}

/** GET .../basis */
export interface Basis {
  address: string;
  value: number;
  unit: string;
  method: string;
  grade: string;
  note: string;
  facts: readonly (Fact & { role: "used" | "rival" })[];
  under?: Under | null;
}

export interface Under {
  scenario: string;
  package: { value: number | null; method: string; grade: string; note: string } | null;
  built_by: readonly string[];
  changes: readonly Change[];
}

export interface Change {
  by: string;
  project: string | null;
  change: string;
  grade: string;
  note: string;
  facts: readonly Fact[];
}

/** A number in GET .../numbers/{table}/{row} */
export interface RowNumber {
  address: string;
  column: string;
  value: number;
  unit: string;
  meaning: string;
  read_by_engines: boolean;
  grade: string;
  method: string | null;
  note: string;
  facts: number;
  rivals: number;
  changed: boolean;
  in_package: number | null;
}

export interface RowPage {
  table: string;
  row: string;
  meaning: string;
  cells: Readonly<Record<string, unknown>>;
  built: boolean;
  numbers: readonly RowNumber[];
}

/** GET .../facts/{fact} */
export interface FactPage extends Fact {
  used_by: readonly string[];
  rival_of: readonly string[];
}

/** GET .../sources/{source} */
export interface SourcePage extends Source {
  facts: readonly FactLine[];
}
