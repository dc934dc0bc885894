import { describe, expect, test } from "vitest";
import { sequence } from "../src/lib/colours";
import { csv, fileName } from "../src/lib/save";
import { sorted } from "../src/lib/sort";

describe("csv", () => {
  test("a01 quotes what must be quoted, and leaves missing cells empty", () => {
    expect(csv(["a", "b"], [['say "x", y', null], [1.5, undefined]])).toBe('a,b\r\n"say ""x"", y",\r\n1.5,\r\n');
  });

  test("b01 no text is a formula, and a negative number stays one", () => {
    expect(csv(["a"], [["=1+1"], ["@x"], ["-y"], [-3]])).toBe("a\r\n'=1+1\r\n'@x\r\n'-y\r\n-3\r\n");
  });

  test("b02 names of files are plain", () => {
    expect(fileName("Time × price, Xi'an – Bakı", "csv")).toBe("time-price-xi-an-bakı.csv");
    expect(fileName("…", "svg")).toBe("karvan.svg");
  });
});

describe("the order of rows", () => {
  const rows = [{ v: 10 }, { v: null }, { v: 9 }, { v: 10, second: true }];

  test("a01 numbers by size, equal ones as they were, missing ones last both ways", () => {
    expect(sorted(rows, (row) => row.v, false, "en")).toEqual([rows[2], rows[0], rows[3], rows[1]]);
    expect(sorted(rows, (row) => row.v, true, "en")).toEqual([rows[0], rows[3], rows[2], rows[1]]);
  });

  test("b01 texts as the language does, with numbers in them as numbers", () => {
    const names = ["K10", "K2", "ä", "z", ""];
    expect(sorted(names, (name) => name, false, "sv")).toEqual(["K2", "K10", "z", "ä", ""]);
    expect(sorted(names, (name) => name, false, "de")).toEqual(["ä", "K2", "K10", "z", ""]);
  });
});

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

test.each(["light", "dark"] as const)("the colours of a scale rise in lightness all the way, %s", (look) => {
  const scale = Array.from({ length: 41 }, (_, i) => luminance(sequence(i / 40, look)));
  for (let i = 1; i < scale.length; i++) expect(scale[i]).toBeGreaterThan(scale[i - 1]!);
  expect(sequence(Number.NaN, look)).toBe(sequence(0, look));
});
