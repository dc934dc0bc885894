import { describe, expect, test } from "vitest";
import { sequence } from "../src/lib/colours";
import type { About, CountryYear, Hours, TieYear } from "../src/views/power/documents";
import { beside, body } from "../src/views/power/figures";
import { kindColour, kindsOf, stacked } from "../src/views/power/kinds";
import { arrow, bare, carried, draw, widthOf } from "../src/views/power/map";

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
  ],
} as unknown as About;
const went = (id: string, out_twh: number, back_twh: number, use: number): TieYear => ({ tie: id, out_twh, back_twh, use }) as TieYear;
const kinds = kindsOf(about.technologies);

describe("the power system on the map", () => {
  const years = [went("a-b", 1, 3, 0.25), went("cable", 1, 0, 1)];
  const drawn = draw(about, years, "light");
  const ids = (found: typeof drawn, table: string) => found.data.features.filter(({ properties }) => properties.table === table).map(({ id }) => id);

  test("a01 without a run what is there, with one what it had, and nothing to a zone that there is not", () => {
    expect(ids(draw(about, null, "light"), "link")).toEqual(["tie:a-b", "tie:a-m"]);
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

  test("a04 plants by what statistics count them to; planned ones are pale, and those without a place are counted", () => {
    expect(ids(drawn, "place")).toEqual(["plant:one", "plant:park", "A", "B", "M"]);
    expect(drawn.paints.get("plant:one")!.colour).toBe(kindColour("gas", "light"));
    expect(drawn.paints.get("plant:park")!.opacity).toBeLessThan(drawn.paints.get("plant:one")!.opacity!);
    expect(drawn.elsewhere).toBe(1);
    expect(["tie:a-b", "arrow:a-b", "plant:one", "A"].map(bare)).toEqual(["a-b", "a-b", "one", "A"]);
  });
});

describe("a week", () => {
  const hours = {
    times: ["2024-01-01T00:00Z", "2024-01-01T01:00Z"], load_mw: [10, 12], price_usd_mwh: [40, 50], out_mw: [3, 0], in_mw: [0, 1], curtailed_mw: [0, 2],
    made: [{ technology: "park", mw: [5, 1] }, { technology: "ccgt", mw: [8, 9] }, { technology: "strange", mw: [0, 1] }],
    carbon: [{ country: "AZ", life_used: [400, null] }],
  } as unknown as Hours;

  test("b01 technologies are added up by kind, the stack has a settled order, and nothing is lost", () => {
    const found = stacked(hours, kinds);
    expect(found.kinds).toEqual(["gas", "wind", "strange"]);
    expect(found.pieces.reduce((sum, { mw }) => sum + mw, 0)).toBe(24);
    expect(found.hours[0]).toMatchObject({ load: 10, sent: 3, grams: 400, kinds: { gas: 8, wind: 5 } });
    expect(found.hours[1]).toMatchObject({ sent: -1, grams: null, curtailed: 2 });
    expect(kinds.get("store")).toBe("battery");
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
