import { describe, expect, test } from "vitest";
import { bars, choose, largest, ranked } from "../src/views/trade/answer";
import { areaOf, body, changes, dutyOf, printArea, settled, type Ask } from "../src/views/trade/ask";
import { converged, factsOf, type Country, type CountryChange, type Flow, type NotConverged, type ShareRow, type WhatIf } from "../src/views/trade/documents";
import { bow, draw, LINES, partnersOf, widthOf } from "../src/views/trade/flows";
import { layers, sameBound } from "../src/views/trade/shares";

const ask = (more: Partial<Ask> = {}): Ask => ({ area: "", by: "duty", accession: [], duty: [], days: 0, usd: 0, value: 0, among: [], base: 2024, draws: 400, seed: 1, ...more });
const asked = (more: Partial<Ask>) => body("c", ask(more), "AZE", "CHN");

describe("what a what-if asks", () => {
  test("a01 the area is that of the two countries that are looked at, until another is named", () => {
    expect(areaOf("", "AZE", "CHN")).toEqual(["AZE", "CHN"]);
    expect(areaOf("none", "AZE", "CHN")).toEqual([]);
    expect(areaOf("GEO,TUR", "AZE", "CHN")).toEqual(["GEO", "TUR"]);
  });

  test.each([[[]], [["AZE", "CHN"]], [["CHN", "AZE"]], [["GEO", "TUR", "AZE"]]])("a02 an area is read back as it was written: %j", (codes) => {
    expect(areaOf(printArea(codes, "AZE", "CHN"), "AZE", "CHN")).toEqual(codes);
  });

  test.each([
    ["CHN-AZE=0", { exporter: "CHN", importer: "AZE", rate_pct: 0 }],
    ["ALL-AZE=5", { exporter: "ALL", importer: "AZE", rate_pct: 5 }],
    ["ALL-ALL=5", null],
    ["chn-aze=7.5", { exporter: "CHN", importer: "AZE", rate_pct: 7.5 }],
    ["AZE-AZE=0", null],
    ["CHN-AZE=-1", null],
    ["CHN=0", null],
    ["", null],
  ])("a03 a duty: %s", (line, expected) => expect(dutyOf(line)).toEqual(expected));

  test("b01 only what changes is sent", () => {
    const how = { corridor: "c", year: 2024, draws: 400, seed: 1 };
    expect(asked({})).toEqual({ ...how, area: ["AZE", "CHN"], by: "duty" });
    expect(asked({ area: "none", duty: ["CHN-AZE=0"] })).toEqual({ ...how, duties: [{ exporter: "CHN", importer: "AZE", rate_pct: 0 }] });
    expect(asked({ area: "none", accession: ["AZE"], by: "agreement" })).toEqual({ ...how, accession: ["AZE"], by: "agreement" });
    expect(asked({ days: -10 })).toMatchObject({ area: ["AZE", "CHN"], days: -10 });
    expect(asked({ usd: -300, value: 40000, among: ["AZE", "GEO"] })).toMatchObject({ usd_teu: -300, value_teu: 40000, among: ["AZE", "GEO"] });
  });

  test("b02 without an area days change between the two countries", () => {
    expect(asked({ area: "none", days: -10 })).toMatchObject({ among: ["AZE", "CHN"] });
    expect(asked({ days: -10 })).not.toHaveProperty("among");
    expect(asked({ among: ["GEO", "TUR"] })).not.toHaveProperty("among");
  });

  test("b03 nothing changes, or something does", () => {
    expect(changes(ask(), [])).toBe(false);
    expect(changes(ask(), ["AZE", "CHN"])).toBe(true);
    expect(changes(ask({ days: -1 }), [])).toBe(true);
    expect(changes(ask({ accession: ["AZE"] }), [])).toBe(true);
  });

  test("b04 what was asked stays the same when another partner is looked at", () => {
    for (const more of [{}, { area: "none", days: -10 }, { area: "GEO,TUR", usd: 5, among: ["AZE", "KAZ"] }]) {
      const once = settled(ask(more), "AZE", "CHN");
      expect(body("c", once, "AZE", "ITA")).toEqual(body("c", ask(more), "AZE", "CHN"));
      expect(settled(once, "AZE", "ITA")).toEqual(once);
    }
  });
});

describe("what is answered", () => {
  const pct = (general: number | null) => ({ general_pct: general, general_low_pct: 1, general_high_pct: 9, partial_pct: 6, partial_low_pct: 2, partial_high_pct: 10 });
  const between = (one: string, other: string, general: number | null) => ({ one, other, before_musd: 1, general_musd: 1, partial_musd: 1, ...pct(general) });
  const answer = { changes: [{ name: "area", between: [between("AZE", "CHN", 5), between("AZE", "GEO", null)] }] } as unknown as WhatIf;

  test("a01 both equilibria of a pair, and none of one that had no trade", () => {
    expect(bars(answer, "AZE-CHN").map(({ general, pct, low, high }) => [general, pct, low, high])).toEqual([[true, 5, 1, 9], [false, 6, 2, 10]]);
    expect(bars(answer, "AZE-GEO")).toEqual([]);
    expect(bars(answer, "AZE-TUR")).toEqual([]);
  });

  test("a02 the pair that is chosen, else that of the view in any order, else the first", () => {
    expect(choose(["AZE-GEO", "AZE-CHN"], "AZE-GEO", "CHN", "AZE")).toBe("AZE-GEO");
    expect(choose(["AZE-GEO", "AZE-CHN"], "", "CHN", "AZE")).toBe("AZE-CHN");
    expect(choose(["AZE-GEO"], "X-Y", "CHN", "AZE")).toBe("AZE-GEO");
    expect(choose([], "", "CHN", "AZE")).toBe("");
  });

  test("a03 those whose costs change are always there, then the largest changes; gains first", () => {
    const rows = [["A", 0.1], ["B", -3], ["C", 2], ["D", 0.001]].map(([country, welfare_pct]) => ({ country, welfare_pct }) as CountryChange);
    expect(ranked(rows, ["D"]).map(({ country }) => country)).toEqual(["D", "B", "C", "A"]);
    expect(largest(rows, ["D"], 3).map(({ country }) => country)).toEqual(["C", "D", "B"]);
  });

  test("a04 what did not converge is told apart; a figure that was added up stands on all its facts", () => {
    expect(converged<WhatIf>({ converged: false, said: "no" } as NotConverged)).toBe(false);
    expect(converged<WhatIf>(answer)).toBe(true);
    expect(converged(null)).toBe(false);
    expect(factsOf("TF-1 + TF-2")).toEqual(["TF-1", "TF-2"]);
    expect(factsOf("foretold")).toEqual([]);
    expect(factsOf("")).toEqual([]);
  });
});

describe("lines on the map", () => {
  const country = (id: string, lon: number | null, lat: number | null) => ({ id, code: id.slice(0, 2), name: id, lon, lat }) as Country;
  const flow = (exporter: string, importer: string, musd: number, stands_on = "f"): Flow => ({ exporter, importer, musd, stands_on });
  const how = { country: "A", partner: "B", look: "light", name: (id: string) => id, short: String } as const;
  const there = [country("A", 50, 40), country("B", 116, 40), country("C", -77, 39), country("D", null, null)];

  test("a01 a line begins and ends in the capitals, and one way keeps clear of the other", () => {
    const [out, back] = [bow([50, 40], [116, 40]), bow([116, 40], [50, 40])];
    for (const [k, point] of [[0, [50, 40]], [out.length - 1, [116, 40]]] as const) {
      expect(out[k]![0]).toBeCloseTo(point[0]!, 9);
      expect(out[k]![1]).toBeCloseTo(point[1]!, 9);
    }
    const middle = Math.floor(out.length / 2);
    expect(out[middle]![1]).toBeGreaterThan(45);
    expect(back[middle]![1]).toBeLessThan(35);
  });

  test("a02 the short way round the earth", () => {
    expect(bow([140, 36], [-77, 39]).at(-1)![0]).toBeCloseTo(283, 9);
    expect(bow([50, 40], [-77, 39]).at(-1)![0]).toBeCloseTo(-77, 9);
  });

  test("a03 area goes with trade", () => {
    const [none, quarter, all] = [widthOf(0, 100), widthOf(25, 100), widthOf(100, 100)];
    expect((quarter - none) / (all - none)).toBeCloseTo(0.5, 12);
    expect(widthOf(0, 0)).toBe(none);
  });

  test("b01 partners by turnover, both ways", () => {
    expect(partnersOf([flow("A", "B", 1), flow("B", "A", 2), flow("A", "C", 9), flow("B", "C", 99)], "A")).toEqual([
      { id: "C", exports: 9, imports: 0 },
      { id: "B", exports: 1, imports: 2 },
    ]);
  });

  test("b02 exports and imports have colours of their own; what is foretold is dashed; what has no place is not drawn", () => {
    const drawn = draw(there, [flow("A", "B", 4), flow("B", "A", 1, "foretold"), flow("A", "C", 0), flow("A", "D", 9)], how);
    const lines = drawn.data.features.filter(({ properties }) => properties.table === "link");
    expect(lines.map(({ id, properties }) => [id, properties.mode, properties.partner])).toEqual([["A-B", "rail", "B"], ["B-A", "sea", "B"]]);
    expect(drawn.paints.get("A-B")!.colour).not.toBe(drawn.paints.get("B-A")!.colour);
    expect(drawn.foretold).toBe(true);
    expect(drawn.most).toBe(4);
    expect(drawn.partners[0]!.id).toBe("D");
  });

  test("b03 the smallest are left out, but never those of the partner", () => {
    const many = Array.from({ length: LINES + 20 }, (_, n) => country(`P${n}`, n, 10));
    const flows = many.map(({ id }, n) => flow("A", id, 100 + n));
    const drawn = draw([...there, ...many], [...flows, flow("B", "A", 0.5)], how);
    const ids = drawn.data.features.filter(({ properties }) => properties.table === "link").map(({ id }) => id);
    expect(ids).toHaveLength(LINES + 1);
    expect(ids).toContain("B-A");
    expect(ids).not.toContain("A-P0");
  });
});

describe("shares", () => {
  const row = (year: number, partner: string, low: number, high = low): ShareRow => ({ country: "A", direction: "exports", year, partner, low_musd: 1, high_musd: 1, share_low: low, share_high: high });

  test("a01 layers of a year add up to all of its trade", () => {
    const { rows, partners } = layers([row(2000, "B", 0.5), row(2000, "C", 0.3), row(2000, "D", 0.2), row(2001, "B", 0.1, 0.4)], 2, "B");
    expect(partners).toEqual(["B", "C"]);
    for (const year of [2000, 2001]) expect(rows.filter((one) => one.year === year).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(rows.filter(({ partner }) => partner === "").map(({ year, share }) => [year, share])).toEqual([[2000, expect.closeTo(0.2, 12)]]);
    expect(rows.filter(({ partner }) => partner === "?").map(({ year }) => year)).toEqual([2001]);
  });

  test("a02 the partner that is looked at has a layer of its own", () => {
    expect(layers([row(2000, "B", 0.6), row(2000, "C", 0.3), row(2000, "D", 0.1)], 2, "D").partners).toEqual(["B", "D"]);
    expect(layers([row(2000, "B", 0.6)], 2, "X").partners).toEqual(["B"]);
  });

  test("a03 bounds are one figure only where they are", () => {
    expect(sameBound(0.25, 0.25 + 1e-16)).toBe(true);
    expect(sameBound(0.25, 0.2501)).toBe(false);
    expect(sameBound(0, 0)).toBe(true);
  });
});
