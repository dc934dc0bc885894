import { describe, expect, test } from "vitest";
import { modelled, wanted, type Commitment, type Wishes } from "../src/views/commitments/register";
import { dateOf, timeline } from "../src/views/commitments/timeline";

const one = (id: string, words: Partial<Commitment> = {}): Commitment => ({
  id, title: id, kind: "promise", made: "2025-04-23", occasion: null, parties: ["Azerbaijan", "China"], sector: "transport", says: "A line is built.",
  status: "signed", since: null, due: null, projects: [], outside: null, sources: [], facts: [], note: null, overdue: false, history: [], ...words,
});
const none: Wishes = { sector: "", status: "", party: "", q: "", overdue: false, tied: "all", projects: null };
const tied = (id: string, changes: string[] = []): Commitment["projects"][number] => ({ id, name: id, changes });
const ids = (found: readonly Commitment[]): string[] => found.map(({ id }) => id);

describe("the register", () => {
  const all = [
    one("a", { sector: "energy", overdue: true, outside: "no model of it" }),
    one("b", { status: "done", parties: ["World Bank"], projects: [tied("p", ["x"])] }),
    one("c", { title: "Port of Alat", says: "Ships of 5,000 t", projects: [tied("q")] }),
  ];

  test.each<[string, Partial<Wishes>, string[]]>([
    ["everything", {}, ["a", "b", "c"]],
    ["a sector", { sector: "energy" }, ["a"]],
    ["a status", { status: "done" }, ["b"]],
    ["words of a party, in any order", { party: "bank world" }, ["b"]],
    ["words of a title and of what it says", { q: "alat ships" }, ["c"]],
    ["overdue", { overdue: true }, ["a"]],
    ["tied to a project", { tied: "tied" }, ["b", "c"]],
    ["outside the model", { tied: "outside" }, ["a"]],
    ["those of projects that touch a place", { projects: new Set(["q"]) }, ["c"]],
    ["those of none", { projects: new Set() }, []],
    ["several at once", { tied: "tied", status: "signed" }, ["c"]],
  ])("a01 %s", (_, wishes, expected) => expect(ids(wanted(all, { ...none, ...wishes }))).toEqual(expected));

  test("a02 one is modelled where a project of it changes something", () => {
    expect(all.map(modelled)).toEqual([false, true, false]);
  });
});

describe("the timeline", () => {
  const first = new Date("2022-01-01T00:00:00Z");

  test("b01 a date as exact as it is known", () => {
    const day = (written: string | null): string | undefined => dateOf(written)?.toISOString().slice(0, 10);
    expect([day("2025"), day("2025-04"), day("2025-04-23"), day("not known"), day(null)]).toEqual(["2025-07-01", "2025-04-15", "2025-04-23", undefined, undefined]);
  });

  test("b02 those that would lie on each other get rows of their own; a lane for each sector, the fullest first", () => {
    const { spots, lanes, rows } = timeline([one("a"), one("b"), one("c", { made: "2026-01" }), one("d", { sector: "energy" })], first, 30);
    expect(spots.map(({ one: { id }, row }) => [id, row])).toEqual([["a", 0], ["b", 1], ["c", 0], ["d", 2.9]]);
    expect(lanes.map(({ sector, rows }) => [sector, rows])).toEqual([["transport", 2], ["energy", 1]]);
    expect(rows).toBeCloseTo(3.9);
  });

  test("b03 until it is due a row is taken", () => {
    const { spots } = timeline([one("a", { due: "2027-12" }), one("b", { made: "2026-05" }), one("c", { made: "2028-06" })], first, 30);
    expect(spots.map(({ row }) => row)).toEqual([0, 1, 0]);
  });

  test("b04 what is older than the axis stands at its edge; of what has no date it is told", () => {
    const { spots, undated } = timeline([one("a", { made: "2009" }), one("b", { made: "not known" })], first, 30);
    expect(spots.map(({ at, early }) => [at, early])).toEqual([[first, true]]);
    expect(ids(undated)).toEqual(["b"]);
    expect(timeline([], first, 30)).toEqual({ spots: [], lanes: [], rows: 0, undated: [] });
  });
});
