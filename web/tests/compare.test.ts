import { describe, expect, test } from "vitest";
import type { MapData, MapFeature } from "../src/lib/map/features";
import { cumulative, flows, gains, tornado, worthOf, type Appraisal, type Worth } from "../src/views/compare/appraisal";
import { appraiseBody, compareBody } from "../src/views/compare/ask";
import { byName, half, keyOf, most, ranked, share, SUBJECTS, subjectsOf, sure } from "../src/views/compare/changes";
import { scenarioOf, titleOf, type Change, type Side } from "../src/views/compare/documents";
import { changePaints, differs, paints, step, stepColours } from "../src/views/compare/paint";
import { changedRow, featuresOf, projectPaints, type Placed } from "../src/views/compare/places";

const change = (words: Partial<Change>): Change => ({
  scenario: "s", engine: "assign", subject: "link", name: "rail-A-B", detail: "A > B", measure: "tonnes", unit: "t/year",
  before: 1, after: 1, difference: 0, low: null, high: null, pairs: 1, only_in: "", moved: true, ...words,
});

describe("differences", () => {
  test("a01 the two ways over a link are added up; what one side lacks counts as nothing there", () => {
    const rows = [
      change({ before: 10, after: 14, difference: 4 }),
      change({ detail: "B > A", before: 5, after: 0, difference: -5 }),
      change({ name: "sea-C-D", before: null, after: 7, difference: 7, only_in: "scenario" }),
      change({ measure: "teu", before: 99, after: 0, difference: -99 }),
    ];
    const found = byName(rows, "tonnes");
    expect([...found]).toEqual([
      ["rail-A-B", { before: 15, after: 14, difference: -1 }],
      ["sea-C-D", { before: 0, after: 7, difference: 7 }],
    ]);
    expect([most(found, "load"), most(found, "difference"), most(new Map(), "load")]).toEqual([15, 7, 0]);
  });

  test("a02 what is no more than the gap of an assignment does not differ", () => {
    const found = byName([change({ before: 1e8, after: 1e8 + 3, difference: 3 }), change({ name: "x", before: 0, after: 1e-3, difference: 1e-3 })], "tonnes");
    expect(found.get("rail-A-B")?.difference).toBe(0);
    expect(found.get("x")?.difference).toBe(1e-3);
  });

  test("a03 what came or went is first, then the largest; what did not move is left out", () => {
    const rows = [
      change({ name: "a", difference: 2 }),
      change({ name: "b", difference: -9 }),
      change({ name: "c", difference: null, only_in: "base" }),
      change({ name: "d", difference: 50, moved: false }),
    ];
    expect(ranked(rows).map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });

  test("a04 an interval that holds zero may be chance, touching it too; without one nothing is", () => {
    expect([{ low: -1, high: 2 }, { low: 0, high: 2 }, { low: 0.1, high: 2 }, { low: -3, high: -1 }, { low: null, high: null }].map(sure)).toEqual([
      false, false, true, true, true,
    ]);
    expect([half({ low: -1, high: 2 }), half({ low: null, high: null })]).toEqual([1.5, null]);
  });

  test("a05 as a share of what was; none where nothing was", () => {
    expect(share(change({ before: -200, difference: 50, low: 20, high: 80 }))).toMatchObject({ share: 0.25, low: 0.1, high: 0.4 });
    expect(share(change({ before: 0, difference: 50 }))).toBeNull();
    expect(share(change({ before: 10, difference: null }))).toBeNull();
  });

  test("a06 figures are told apart by engine and subject, and only those of engines that ran are offered", () => {
    const keys = SUBJECTS.map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => !/\s/.test(key))).toBe(true);
    expect(subjectsOf(["plan"]).map(({ subject }) => subject)).toEqual(["request"]);
    expect(subjectsOf([])).toEqual([]);
  });

  test("a07 the base is not said again where something is laid over it", () => {
    const side = (title: string): Side => ({ name: title, title, year: 2030, stands: "", runs: {} });
    const base = side("2030 without anything new");
    expect(titleOf(side("2030 without anything new + Alat"), base)).toBe("Alat");
    expect(titleOf(base, base)).toBe("2030 without anything new");
    expect(titleOf(side("Storms"), base)).toBe("Storms");
    expect(titleOf(base, undefined)).toBe(base.title);
    expect([scenarioOf("package"), scenarioOf("base-2030")]).toEqual(["", "base-2030"]);
  });
});

const point = (table: "place" | "facility", id: string, more: object = {}): MapFeature => ({
  type: "Feature", id, geometry: { type: "Point", coordinates: [49, 40] }, properties: { table, state: "there", name: id, ...more },
});
const line = (id: string, more: object = {}): MapFeature => ({
  type: "Feature", id, geometry: { type: "LineString", coordinates: [[49, 40], [50, 41]] }, properties: { table: "link", mode: "rail", state: "there", ...more },
});
const map = (...features: MapFeature[]): MapData => ({ type: "FeatureCollection", features });

describe("the maps", () => {
  const how = { look: "light", table: "link", load: 100, difference: 40 } as const;
  const moved = new Map([
    ["less", { before: 100, after: 60, difference: -40 }],
    ["same", { before: 50, after: 50, difference: 0 }],
    ["more", { before: 0, after: 4, difference: 4 }],
  ]);

  test("b01 steps go from much less to much more", () => {
    expect([-40, -10, -9.9, -0.4, -0.3, 0, 0.3, 0.4, 9.9, 10, 40].map((value) => step(value, 40))).toEqual([0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4]);
    expect(step(5, 0)).toBe(2);
  });

  test("b02 each map is as wide as its own load, and the difference as wide as that", () => {
    const data = map(line("less"), line("same"), line("more"), line("idle"), point("place", "A"));
    const width = (side: "before" | "after" | "difference", id: string): number => paints(data, { ...how, side, moved }).get(id)!.width!;
    expect(width("before", "less")).toBeGreaterThan(width("after", "less"));
    expect(width("before", "same")).toBe(width("after", "same"));
    expect(width("before", "more")).toBeLessThan(width("after", "more"));
    expect(width("difference", "less")).toBeGreaterThan(width("difference", "more"));
    expect(width("difference", "same")).toBeLessThan(width("difference", "more"));
    const drawn = paints(data, { ...how, side: "after", moved });
    expect(drawn.get("less")!.colour).toBe(stepColours("light")[0]);
    expect(drawn.get("more")!.colour).toBe(stepColours("light")[3]);
    expect(drawn.get("idle")!.opacity).toBeLessThan(drawn.get("same")!.opacity!);
    expect(drawn.has("A")).toBe(true);
  });

  test("b03 waiting is drawn at places, and lines stay thin", () => {
    const data = map(line("less"), point("place", "less"));
    data.features[0]!.id = "line";
    const drawn = paints(data, { ...how, table: "place", side: "after", moved });
    expect(drawn.get("less")!.radius).toBeGreaterThan(10);
    expect(drawn.get("line")!.width).toBeLessThan(1);
  });

  test("b04 what is built and what is changed is told by what both maps have, not by what the package had", () => {
    const base = map(line("A", { speed_kmh: 40, state: "changed", changed: ["speed_kmh"] }), point("place", "P"), line("N", { state: "planned", projects: ["n"] }));
    const other = map(line("A", { speed_kmh: 40 }), point("place", "P"), line("N", { state: "new" }), point("facility", "P-berth", { place: "P", servers: 3 }));
    const before = map(...base.features, point("facility", "P-berth", { place: "P", servers: 2 }));
    const found = differs(before, other);
    expect(found.built.map(({ id }) => id)).toEqual(["N"]);
    expect(found.changed.map(({ id }) => id)).toEqual(["P-berth"]);
    expect([...changePaints(found, "dark").keys()].sort()).toEqual(["N", "P"]);
    expect(differs(other, other)).toEqual({ built: [], changed: [] });
  });
});

describe("projects on the map", () => {
  const ground = map(
    point("place", "ALAT"), point("place", "AKTAU"), point("facility", "ALAT-berth", { place: "ALAT" }), line("rail-A-B"), line("rail-A-C"),
    line("rail-N", { state: "planned", projects: ["n"] }),
  );

  test.each([
    ["facility/ALAT-berth/servers +12.9", { table: "facility", row: "ALAT-berth" }],
    ["link/rail-A-B/speed_kmh becomes 40 km/h", { table: "link", row: "rail-A-B" }],
    ["link: 1 new", null],
  ])("c01 %s", (text, row) => expect(changedRow(text)).toEqual(row));

  test("c02 what it builds, changes and is at", () => {
    const of = (placed: Placed): unknown[] => featuresOf(ground, placed).map(({ id }) => id);
    expect(of({ id: "n", changes: ["link: 1 new"], places: ["AKTAU"] })).toEqual(["AKTAU", "rail-N"]);
    expect(of({ id: "x", changes: ["link/rail-A-*/speed_kmh becomes 40 km/h"] })).toEqual(["rail-A-B", "rail-A-C"]);
    expect(of({ id: "y", changes: [], places: [] })).toEqual([]);
    expect(of({ id: "z", changes: ["link/rail.A.B/speed_kmh times 2"] })).toEqual([]);
  });

  test("c03 a facility stands for its place, and chosen ones are larger", () => {
    const project = { id: "p", changes: ["facility/ALAT-berth/servers +1"], places: ["ALAT", "AKTAU"] };
    const other = { id: "q", changes: [], places: ["AKTAU"] };
    const drawn = projectPaints(ground, [project, other], new Set(["p"]), "light");
    const plain = projectPaints(ground, [project, other], new Set(), "light");
    expect([...drawn.keys()].sort()).toEqual(["AKTAU", "ALAT"]);
    expect(drawn.get("ALAT")!.radius).toBeGreaterThan(plain.get("ALAT")!.radius!);
    expect(drawn.get("ALAT")!.colour).not.toBe(drawn.get("AKTAU")!.colour);
  });
});

describe("what is asked", () => {
  const asked = { base: "base-2030", with: ["project:a", ""], engines: ["assign", "nonsense"], largest: 6, days: 30, n: 4, seed: 1, together: true };

  test("d01 a comparison: only engines that there are; together only where there are two", () => {
    expect(compareBody("c", asked)).toEqual({
      corridor: "c", base: "base-2030", scenarios: ["project:a"], engines: ["assign"], largest: 6, days: 30, replications: 4, seed: 1, interaction: true,
    });
    expect(compareBody("c", { ...asked, with: ["x"], engines: [] })).not.toHaveProperty("engines");
    expect(compareBody("c", { ...asked, with: ["x"] }).interaction).toBe(false);
  });

  test("d02 an appraisal: the rate as a share, a budget of nought is one, pairs need two", () => {
    const how = { under: "base-2030", from: 2026, to: 2050, rate: 6, budget: "0", samples: 100, pairs: true };
    expect(appraiseBody("c", ["a", "b"], how)).toMatchObject({ rate: 0.06, budget: 0, pairs: true, start: 2026, end: 2050 });
    expect(appraiseBody("c", ["a"], { ...how, budget: " " })).not.toHaveProperty("budget");
    expect(appraiseBody("c", ["a"], how).pairs).toBe(false);
  });
});

describe("what an appraisal says", () => {
  const worth = {
    npv: 5, years: [2026, 2027], streams: { time: [0, 10], capital: [-4, 0], fares: [0, 0], odd: [0, 1] }, net: [-4, 11],
    tornado: [
      { input: "a", low: 0, high: 1, npv_low: 4, npv_high: 6 },
      { input: "b", low: 0, high: 1, npv_low: 9, npv_high: 1 },
    ],
    by_country: { AZ: { users: 1, carriers: 0, payers: -9 }, CN: { users: 12, carriers: 0, payers: 0 }, FR: { users: 1e-6, carriers: 0, payers: 0 } },
  } as unknown as Worth;

  test("e01 costs come first, a stream that is nothing is left out, and one that is not known stays", () => {
    expect([...new Set(flows(worth).map(({ stream }) => stream))]).toEqual(["capital", "time", "odd"]);
    expect(flows(worth).filter(({ year }) => year === 2027).map(({ musd }) => musd)).toEqual([0, 10, 1]);
  });

  test("e02 the net present value adds up, the first year not discounted", () => {
    expect(cumulative(worth, 0.1)).toEqual([{ year: 2026, musd: -4 }, { year: 2027, musd: -4 + 11 / 1.1 }]);
    expect(cumulative(worth, 0).at(-1)?.musd).toBe(7);
  });

  test("e03 the widest swing is first, whichever way it goes", () => {
    expect(tornado(worth).map(({ input }) => input)).toEqual(["b", "a"]);
  });

  test("e04 countries by what they gain or pay; next to nothing is left out", () => {
    expect([...new Set(gains(worth, 5).map(({ country }) => country))]).toEqual(["CN", "AZ"]);
    expect(gains(worth, 1).map(({ gain, musd }) => [gain, musd])).toEqual([["users", 12], ["carriers", 0], ["payers", 0]]);
  });

  test("e05 whose worth: the one that is named, else all together, else the only one", () => {
    const found = { projects: { a: worth }, together: null } as unknown as Appraisal;
    expect(worthOf(found, "")?.name).toBe("a");
    expect(worthOf({ ...found, together: worth }, "")?.name).toBe("");
    expect(worthOf({ ...found, together: worth }, "a")?.name).toBe("a");
    expect(worthOf({ ...found, projects: {} }, "gone")).toBeNull();
  });
});
