import { describe, expect, test } from "vitest";
import { dateOf, digitsOf, formulaOf, isLink, pieces, plainColumn, rowName, stated } from "../src/lib/evidence/words";

describe("evidence in words", () => {
  test("a01 a note is parted where it names a fact that stands behind it, and only there", () => {
    expect(pieces("C0195 / C0296 * C9999", ["C0195", "C0296"])).toEqual([
      { text: "C0195", fact: "C0195" },
      { text: " / " },
      { text: "C0296", fact: "C0296" },
      { text: " * C9999" },
    ]);
    expect(pieces("no fact here", [])).toEqual([{ text: "no fact here" }]);
    expect(pieces("", [])).toEqual([]);
  });

  test("a02 an id within a longer one is not taken for it, and ids with signs of regular expressions are texts", () => {
    const named = (note: string, facts: string[]): (string | undefined)[] => pieces(note, facts).map(({ fact }) => fact).filter(Boolean);
    expect(named("RT-NC-1 + RT-NC-10", ["RT-NC-1", "RT-NC-10"])).toEqual(["RT-NC-1", "RT-NC-10"]);
    expect(named("TR-rail-GANJA-TOVUZ; traced", ["TR-rail-GANJA"])).toEqual([]);
    expect(named("aXb and a.b", ["a.b"])).toEqual(["a.b"]);
  });

  test.each([
    ["C0195 / C0296; ships of 154.5 m", "C0195 / C0296", "ships of 154.5 m"],
    ["= C0434 / 2; half of the 80 km/h", "C0434 / 2", "half of the 80 km/h"],
    ["(mid(C0636, C0637) * 24 - 2 * C0427) / 2", "(mid(C0636, C0637) * 24 - 2 * C0427) / 2", ""],
    ["$south_border_h - C0411 - $inspection_h", "$south_border_h - C0411 - $inspection_h", ""],
    ["TR-rail-GANJA-TOVUZ; traced on the map", "", "TR-rail-GANJA-TOVUZ; traced on the map"],
    ["Samara station, from general map knowledge", "", "Samara station, from general map knowledge"],
    ["a train in each direction at a time; no count is published", "", "a train in each direction at a time; no count is published"],
    ["", "", ""],
  ])("a03 of %j the formula is %j", (note, formula, reasoning) => {
    expect(formulaOf(note)).toEqual({ formula, reasoning });
  });

  test("b01 dates are as exact as they are known", () => {
    expect(["2024", "2024-03", "2024-03-12", "spring 2024", "", "2024-13-99"].map((date) => dateOf(date, "en-GB"))).toEqual([
      "2024", "March 2024", "12 March 2024", "spring 2024", "", "2024-13-99",
    ]); // prettier-ignore
  });

  test("b02 three figures of a number are seen", () => {
    expect([0, 15, 19.798, 0.14286, 0.000123, 2500.5, Number.NaN].map(digitsOf)).toEqual([0, 0, 1, 3, 6, 0, 0]);
  });

  test("b03 values of facts that are numbers are written as the language does, but for years", () => {
    expect(["25000000", "2024", "39.98", "about 15", "150", "-3"].map((value) => stated(value, "en"))).toEqual([
      "25,000,000", "2024", "39.98", "about 15", "150", "-3",
    ]); // prettier-ignore
  });

  test("b04 a column without a name is called by its id, without the unit", () => {
    expect(["wait_h", "storage_usd_teu_day", "paths_per_day"].map(plainColumn)).toEqual(["Wait", "Storage usd teu day", "Paths per day"]);
    expect([rowName({ row: "x", cells: { name: "Rail ferry" } }), rowName({ row: "ALAT-berth", cells: {} })]).toEqual(["Rail ferry", "ALAT-berth"]);
  });

  test("c01 only addresses of the web are links", () => {
    expect(["https://a.b/c", "http://a.b", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://a.b", ""].map(isLink)).toEqual([
      true, true, false, false, false, false, false,
    ]); // prettier-ignore
  });
});
