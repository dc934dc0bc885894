import { describe, expect, test } from "vitest";
import { changeOf } from "../src/views/trade/answer";
import { drawChanges, growsColour, otherEnd, shrinksColour } from "../src/views/trade/changes";
import type { Country, Group, PairChange, UnderPair, WhatIf } from "../src/views/trade/documents";
import { LINES, steps, widthOf } from "../src/views/trade/flows";
import { namingOf } from "../src/views/trade/naming.svelte";
import { body, growths, largestFirst, written } from "../src/views/trade/under";

const country = (id: string, lon: number | null, lat: number | null): Country => ({ id, code: id.slice(0, 2), name: id, lon, lat }) as Country;
const pair = (exporter: string, importer: string, change_musd: number | null): PairChange => ({ exporter, importer, change_musd }) as PairChange;
const there = [country("AZE", 50, 40), country("CHN", 116, 40), country("ITA", 12, 42), country("XKX", null, null)];
const how = { country: "AZE", partner: "CHN", look: "light", name: (id: string) => id, short: String } as const;
const lines = (found: ReturnType<typeof drawChanges>) => found.data.features.filter(({ properties }) => properties.table === "link");

describe("what a what-if changes, on the map", () => {
  const drawn = drawChanges(there, [pair("CHN", "AZE", 100), pair("ITA", "AZE", -25), pair("ITA", "CHN", -1), pair("AZE", "XKX", 9), pair("AZE", "ITA", 0), pair("CHN", "ITA", null)], how);

  test("a01 what grows and what shrinks have colours of their own, and what shrinks is dashed", () => {
    expect(lines(drawn).map(({ id, properties }) => [id, properties.mode])).toEqual([["CHN-AZE", "rail"], ["ITA-AZE", "sea"], ["ITA-CHN", "sea"]]);
    expect(["CHN-AZE", "ITA-AZE"].map((id) => drawn.paints.get(id)!.colour)).toEqual([growsColour("light"), shrinksColour("light")]);
    expect(growsColour("dark")).not.toBe(shrinksColour("dark"));
  });

  test("a02 as wide as the change is large, whichever way; what does not change or has no place is not drawn", () => {
    expect(drawn.most).toBe(100);
    expect(drawn.paints.get("ITA-AZE")!.width).toBe(widthOf(25, 100));
    expect(drawn.pairs.map(({ exporter, importer }) => `${exporter}-${importer}`)).toEqual(["CHN-AZE", "ITA-AZE", "ITA-CHN"]);
  });

  test("a03 the largest changes of all pairs, and no more than so many", () => {
    const many = Array.from({ length: LINES + 5 }, (_, n) => pair("CHN", "AZE", n + 1));
    const found = drawChanges(there, many, how);
    expect(found.pairs).toHaveLength(LINES);
    expect(found.pairs[0]!.change_musd).toBe(LINES + 5);
    expect(drawChanges(there, [], how)).toMatchObject({ most: 0, pairs: [] });
  });

  test("a04 a country has what its pairs gain or lose in all, and its colour", () => {
    const dot = (id: string) => drawn.data.features.find((one) => one.id === id)!;
    expect(dot("AZE").properties.name).toBe("AZE 75");
    expect(drawn.paints.get("ITA")).toMatchObject({ colour: shrinksColour("light"), named: true });
  });

  test("a05 pressing a pair chooses its other end", () => {
    expect(otherEnd(pair("AZE", "ITA", 1), "AZE")).toBe("ITA");
    expect(otherEnd(pair("ITA", "AZE", 1), "AZE")).toBe("ITA");
    expect(otherEnd(pair("CHN", "ITA", 1), "AZE")).toBe("ITA");
  });

  test("a06 the legend has round figures that are drawn", () => {
    expect(steps(345).map(({ musd }) => musd)).toEqual([100, 10]);
    expect(steps(5).map(({ musd }) => musd)).toEqual([1]);
    expect(steps(0)).toEqual([]);
    expect(steps(345)[0]!.pixels).toBe(widthOf(100, 345));
  });

  test("a07 the change that is chosen, else what is together", () => {
    const answer = { changes: [{ name: "area" }, { name: "together" }] } as unknown as WhatIf;
    expect([changeOf(answer, "area").name, changeOf(answer, "").name, changeOf(answer, "x").name]).toEqual(["area", "together", "together"]);
  });
});

describe("what a scenario does to trade", () => {
  const group = (name: string, pct: Group["pct"]): Group => ({ name, pct, musd_before: 1, musd: {}, tonnes_before: 1, tonnes: 1 });

  test("b01 a number that is not written is not said", () => {
    expect(["", " ", "-5.03", "−2", "0", "x"].map(written)).toEqual([null, null, -5.03, -2, 0, null]);
    const asked = { corridor: "c", scenario: "world-bank", base: "base-2030", elasticity: "", pct_day: "2.1", ends: true };
    expect(body(asked)).toEqual({ corridor: "c", scenario: "world-bank", base: "base-2030", elasticity: null, pct_day: 2.1, ends: true });
  });

  test("b02 growth spans the ends of the elasticity, whichever is the larger", () => {
    expect(growths([group("a", { central: 1, low: 2, high: 0.5 }), group("b", { central: -1 }), group("c", { central: null })])).toEqual([
      { name: "a", pct: 1, low: 0.5, high: 2 },
      { name: "b", pct: -1, low: -1, high: -1 },
    ]);
  });

  test("b03 pairs by the boxes that they gain or lose, then by growth", () => {
    const row = (exporter: string, teu_before: number, teu: number, factor: number) => ({ exporter, importer: "X", teu_before, teu, factor }) as UnderPair;
    expect(largestFirst([row("A", 10, 11, 1.1), row("B", 100, 95, 0.95), row("C", 0, 0, 2), row("D", 0, 0, 1)]).map(({ exporter }) => exporter)).toEqual(["B", "A", "C", "D"]);
  });

  test("b04 everybody in a figure has a name: the browser's, or the one that the service gives", () => {
    const names = namingOf([{ id: "AZE", code: "AZ", name: "Azerbaijan" }, { id: "ANT", code: null, name: "Netherlands Antilles" }]);
    expect(["AZE", "ANT", "QQQ", "WLD"].map(names.of)).toEqual(["Azerbaijan", "Netherlands Antilles", "QQQ", "the world"]);
  });
});
