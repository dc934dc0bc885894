import { describe, expect, test } from "vitest";
import { goodsOf, monthsOf, standsIn } from "../src/views/trade/boxes";
import type { BoxedGoods, BoxedWay, Boxes } from "../src/views/trade/documents";

const said = { grade: "C", facts: [], note: "" };
const goods = (commodity: string, teu: number, tonnes: number): BoxedGoods => ({
  ...said, commodity, share: 0.5, value_musd: 1, usd_per_t: { ...said, value: 1 }, t_per_teu: { ...said, value: 1 }, tonnes, boxed: 1, teu, teu_low: teu, teu_high: teu, loose_t: 0, profile: "",
});
const way = (exporter: string, importer: string, rows: BoxedGoods[], ground: NonNullable<BoxedWay["mix"]>["ground"] = "demand"): BoxedWay => {
  const teu = rows.reduce((sum, row) => sum + row.teu, 0);
  return {
    exporter, importer, value: { ...said, musd: 1, musd_low: 1, musd_high: 1, ground: "published", year: 2024 }, mix: { ...said, ground }, rows, tonnes: 1, teu, teu_low: teu, teu_high: teu,
    loose_t: 0, months_teu: Array.from({ length: 12 }, (_, n) => (teu * (n + 1)) / 78), counted: { rows: [], teu: 0, tonnes: 0 },
  };
};
const boxes = (...ways: BoxedWay[]): Boxes => ({ package: "p", year: 2024, demand_year: 2024, ways, empties: [], demand: null });

describe("trade in boxes", () => {
  test("a01 goods stand by way, those with most boxes first, then the heaviest", () => {
    const there = way("CHN", "AZE", [goods("oil", 0, 5), goods("grain", 0, 9), goods("general", 3, 1)]);
    const back = way("AZE", "CHN", [goods("coke", 7, 1)]);
    expect(goodsOf(boxes(there, back)).map(({ exporter, commodity }) => `${exporter} ${commodity}`)).toEqual(["CHN general", "CHN grain", "CHN oil", "AZE coke"]);
    expect(there.rows.map(({ commodity }) => commodity)).toEqual(["oil", "grain", "general"]);
  });

  test("a02 months are those of ways with boxes, January first, and add up", () => {
    const bars = monthsOf(boxes(way("CHN", "AZE", [goods("general", 78, 1)]), way("AZE", "CHN", [goods("oil", 0, 1)])));
    expect(bars.map(({ month }) => month)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(bars.every(({ exporter }) => exporter === "CHN")).toBe(true);
    expect(bars.reduce((sum, { teu }) => sum + teu, 0)).toBeCloseTo(78);
  });

  test("b01 a mix that is not the pair's own is told apart", () => {
    expect((["demand", "given", "exporter", "general"] as const).map((ground) => standsIn(way("A", "B", [], ground)))).toEqual([false, false, true, true]);
    expect(standsIn({ ...way("A", "B", []), mix: null })).toBe(false);
  });
});
