import { describe, expect, test } from "vitest";
import { sequence } from "../src/lib/colours";
import type { About, CountryYear, Hours, PlantYear, TieYear } from "../src/views/power/documents";
import { beside, body } from "../src/views/power/figures";
import { kindColour, kindName, kindsOf, stacked } from "../src/views/power/kinds";
import { arrow, bare, carried, draw, widthOf } from "../src/views/power/map";
import { alike, apart, askedOf, besides, nameOf, preferred, type Told } from "../src/views/power/runs";

const zone = (id: string, lon: number, market = false) => ({ id, name: id, lon, lat: 40, market });
const tie = (id: string, from_zone: string, to_zone: string, projects: string[] = []) => ({ id, name: id, from_zone, to_zone, projects, mw: 100, mw_back: 100 });
const about = {
  zones: [zone("A", 48), zone("B", 50), zone("M", 44, true)],
  ties: [tie("a-b", "A", "B"), tie("a-m", "A", "M"), tie("cable", "A", "M", ["cable"]), tie("lost", "A", "X")],
  plants: [
    { id: "one", name: "One", zone: "A", technology: "ccgt", lon: 48, lat: 41, mw: 500, projects: [] },
    { id: "park", name: "Park", zone: "B", technology: "park", lon: 50, lat: 41, mw: 2000, projects: ["park"] },
    { id: "no-place", name: "No place", zone: "B", technology: "park", lon: null, lat: null, mw: 5, projects: [] },
  ],
  technologies: [
    { id: "ccgt", name: "Gas", sort: "thermal", reported: "gas" },
    { id: "park", name: "Wind", sort: "wind", reported: "wind" },
    { id: "store", name: "Store", sort: "battery", reported: "" },
    { id: "lignite", name: "Lignite, old", sort: "thermal", reported: "coal" },
  ],
} as unknown as About;
const went = (id: string, out_twh: number, back_twh: number, use: number): TieYear => ({ tie: id, out_twh, back_twh, use }) as TieYear;
const kinds = kindsOf(about.technologies);

describe("the power system on the map", () => {
  const years = [went("a-b", 1, 3, 0.25), went("cable", 1, 0, 1)];
  const ran = [{ plant: "park", name: "Park", technology: "park", mw: 1500, twh: 4 }, { plant: "no-place", name: "No place", technology: "park", mw: 7, twh: 0 }];
  const drawn = draw(about, { ties: years, plants: ran as PlantYear[] }, "light");
  const before = draw(about, null, "light");
  const ids = (found: typeof drawn, table: string) => found.data.features.filter(({ properties }) => properties.table === table).map(({ id }) => id);

  test("a01 without a run what is there, with one what it had, and nothing to a zone that there is not", () => {
    expect(ids(before, "link")).toEqual(["tie:a-b", "tie:a-m"]);
    expect(ids(drawn, "link")).toEqual(["tie:a-b", "arrow:a-b", "tie:cable", "arrow:cable"]);
  });

  test("a02 ties are as wide as what they carried both ways, and coloured by use", () => {
    expect(drawn.most).toBe(4);
    expect(drawn.paints.get("tie:a-b")!.width).toBe(widthOf(4, 4));
    expect(drawn.paints.get("tie:cable")!.width).toBeLessThan(widthOf(4, 4));
    expect(drawn.paints.get("tie:cable")!.colour).toBe(sequence(0, "light"));
    expect(carried(years[0]!)).toBe(4);
    expect(drawn.data.features[0]!.properties).toMatchObject({ from_place: "B", to_place: "A" });
  });

  test("a03 the arrow points where most went, from the middle of the line", () => {
    expect(drawn.ties[0]).toMatchObject({ id: "a-b", from: "B", to: "A", twh: 4 });
    const head = arrow([[0, 0], [1, 0], [2, 0], [3, 0], [4, 0]]);
    expect(head[1]![0]).toBeGreaterThan(head[0]![0]);
    expect(head[0]![1]).toBeCloseTo(-head[2]![1]);
  });

  test("a04 without a run plants that are there, and pale what is planned; those without a place are counted", () => {
    expect(ids(before, "place")).toEqual(["plant:one", "plant:park", "A", "B", "M"]);
    expect(before.paints.get("plant:one")!.colour).toBe(kindColour("gas", "light"));
    expect(before.paints.get("plant:park")!.opacity).toBeLessThan(before.paints.get("plant:one")!.opacity!);
    expect(before.elsewhere).toEqual({ plants: 1, mw: 5 });
  });

  test("a05 with a run the plants that it had, full and as large as they were in it, and no other", () => {
    expect(ids(drawn, "place")).toEqual(["plant:park", "A", "B", "M"]);
    expect(drawn.paints.get("plant:park")!.opacity).toBe(before.paints.get("plant:one")!.opacity);
    expect(drawn.paints.get("plant:park")!.radius).toBeLessThan(before.paints.get("plant:park")!.radius!);
    expect(drawn.plants).toEqual([{ id: "park", name: "Park", technology: "park", mw: 1500, twh: 4, planned: false }]);
    expect(drawn.elsewhere).toEqual({ plants: 1, mw: 7 });
    expect(["tie:a-b", "arrow:a-b", "plant:one", "A"].map(bare)).toEqual(["a-b", "a-b", "one", "A"]);
  });
});

describe("a week", () => {
  const hours = {
    times: ["2024-01-01T00:00Z", "2024-01-01T01:00Z"], load_mw: [9, 13.4], price_usd_mwh: [40, 50], out_mw: [3, 0], in_mw: [0, 2], curtailed_mw: [0, 2],
    shed_mw: [0, 0.5], taken: [{ technology: "store", mw: [1, 0] }],
    made: [{ technology: "park", mw: [5, 1] }, { technology: "ccgt", mw: [8, 9] }, { technology: "lignite", mw: [0, 1] }],
    carbon: [{ country: "AZ", life_used: [400, null] }],
  } as unknown as Hours;

  const found = stacked(hours, kinds);

  test("b01 technologies are added up by kind, the stack has a settled order, and nothing is lost", () => {
    expect(found.kinds).toEqual(["gas", "wind", "Lignite, old"]);
    expect(found.takers).toEqual(["battery"]);
    expect(found.layers).toEqual(["gas", "wind", "Lignite, old", "battery", "exchange", "shed", "curtailed"]);
    expect(found.hours[0]).toMatchObject({ net: -3, lost: 0, top: 13, grams: 400, kinds: { gas: 8, wind: 5 }, taken: { battery: 1 } });
    expect(found.hours[1]).toMatchObject({ grams: null, curtailed: 2, shed: 0.5 });
    expect(found.hours[1]!.lost).toBeCloseTo(0.1); // of the 2 that are sent in, on the way
    expect(kinds.get("store")).toBe("battery");
  });

  test("b02 what stands above nought less what hangs below it is what is used, in each hour", () => {
    for (const { time, load, top } of found.hours) {
      const of = (pieces: typeof found.above): number => pieces.filter((piece) => piece.time === time).reduce((sum, { mw }) => sum + mw, 0);
      expect(of(found.above) + of(found.below)).toBeCloseTo(load);
      expect(of(found.above)).toBeCloseTo(top);
    }
    expect(found.below.every(({ mw }) => mw <= 0) && found.above.every(({ mw }) => mw >= 0)).toBe(true);
    expect(stacked({ ...hours, out_mw: [0, 0], in_mw: [0, 0], shed_mw: [0, 0], curtailed_mw: [0, 0], taken: [] }, kinds).layers).toEqual(["gas", "wind", "Lignite, old"]);
  });

  test("b03 what a package counts to a word of its own has the name of its technology, and a colour", () => {
    expect([...found.layers, "electrolyser"].map(kindName).filter((name) => name.startsWith("power."))).toEqual([]);
    expect(kindName(kinds.get("lignite")!)).toBe("Lignite, old");
    expect([kindName("gas"), kindName("shed")]).toEqual(["Gas", "Not served"]);
    expect(kindColour("Lignite, old", "dark")).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe("runs", () => {
  const told = (run: string, settings: object, more: object = {}): Told => {
    const line = { run, scenario: "base-2024", seed: 1, status: "complete", started: "2026-01-01T00:00:00Z", changes: null, ...more } as unknown as Told["line"];
    return { line, asked: askedOf({ seed: line.seed, inputs: { settings }, results: { year: 2024 } }) };
  };

  test("d01 are called by what was asked of them", () => {
    expect(nameOf(told("a", { weeks: null }))).toBe("base-2024 · whole year");
    expect(nameOf(told("a", { weeks: 1, lost: ["az-ge"], load: { A: "f00" } }, { seed: 3 }), (id) => `tie ${id}`)).toBe("base-2024 · 1 week · seed 3, without tie az-ge, with freight’s load");
    expect(nameOf({ line: told("a", {}).line, asked: null })).toBe("base-2024");
    expect(besides(told("a", { profiles: ["f00"] }).asked)).toBe("with hours of one’s own");
  });

  test("d02 are never called the same: when they began, and then the end of their name, tells them apart", () => {
    const run = (name: string, started: string) => ({ run: name, name: "base", started });
    expect([...apart([run("x-1", "2026-01-01T00:00:00Z"), { ...run("x-2", ""), name: "other" }]).values()]).toEqual(["base", "other"]);
    const found = [...apart([run("x-1", "2026-01-01T00:00:00Z"), run("x-2", "2026-01-01T00:00:30Z"), run("x-3", "2026-01-02T00:00:00Z")]).values()];
    expect(new Set(found).size).toBe(3);
    expect(found[0]).toMatch(/^base · .* · 1$/);
    expect(found[2]).not.toMatch(/· 3$/);
  });

  test("d03 the newest whole year as it is comes first, then a whole year, then any", () => {
    const [quick, lost, seeded, whole] = [told("quick", { weeks: 1 }), told("lost", { weeks: null, lost: ["x"] }), told("seeded", { weeks: null }, { seed: 2 }), told("whole", { weeks: null })];
    const going = told("going", { weeks: null }, { status: "running" });
    expect(preferred([going, quick, lost, seeded, whole])).toBe("whole");
    expect(preferred([going, quick, lost, seeded])).toBe("lost");
    expect(preferred([going, quick])).toBe("quick");
    expect(preferred([going])).toBe("");
    expect([alike(whole.asked, lost.asked), alike(whole.asked, quick.asked), alike(whole.asked, null)]).toEqual([true, false, null]);
  });
});

describe("two runs", () => {
  const year = (country: string, told: Record<string, number | null>): CountryYear => ({ country, ...told }) as CountryYear;

  test("c01 what one has more, by country; what neither has is left out, and what one lacks has no difference", () => {
    const found = beside([year("AZ", { load_twh: 29, hydrogen_kt: 0, gas_bcm: 6 })], [year("AZ", { load_twh: 30, hydrogen_kt: 0, gas_bcm: 5, curtailed_twh: 1e-18 }), year("GE", { load_twh: 14 })]);
    expect(found.map(({ country, key, more }) => [country, key, more])).toEqual([["AZ", "load_twh", 1], ["AZ", "gas_bcm", -1], ["GE", "load_twh", null]]);
  });

  test("c02 no weeks is the whole year", () => {
    expect(body("c", { under: "base-2024", weeks: 0, seed: 1 })).toEqual({ corridor: "c", scenario: "base-2024", weeks: null, seed: 1 });
    expect(body("c", { under: "", weeks: 4, seed: 2 }).weeks).toBe(4);
  });
});
