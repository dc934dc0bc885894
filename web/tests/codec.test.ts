import { describe, expect, test } from "vitest";
import { decode, encode, flag, list, number, oneOf, text } from "../src/lib/codec";

const spec = { from: text(), load: text("2xFEU"), t: number(0, 0, 24), past: flag(), avoid: list(), by: oneOf(["time", "price"]) };

describe("state in the query", () => {
  test("a01 what is not written is the default", () => {
    expect(decode(spec, new URLSearchParams())).toEqual({ from: "", load: "2xFEU", t: 0, past: false, avoid: [], by: "time" });
  });

  test("a02 what is the default is not written", () => {
    expect(encode(spec, { load: "2xFEU", t: 0, by: "time" }, new URLSearchParams("t=3&by=price")).toString()).toBe("");
  });

  test("b01 what was written is read back, in any order of setting", () => {
    const values = { from: "Xi'an & back", load: "1xTEU", t: 2.5, past: true, avoid: ["RU", "IR"], by: "price" as const };
    const one = encode(spec, values, new URLSearchParams());
    const reversed = Object.fromEntries(Object.entries(values).reverse());
    expect(decode(spec, new URLSearchParams(one.toString()))).toEqual(values);
    expect(encode(spec, reversed, new URLSearchParams()).toString()).toBe(one.toString());
  });

  test("b02 what others wrote is kept", () => {
    expect(encode(spec, { t: 3 }, new URLSearchParams("zoom=4")).toString()).toBe("t=3&zoom=4");
  });

  test.each([
    ["t=abc", { t: 0 }],
    ["t=", { t: 0 }],
    ["t=-5", { t: 0 }],
    ["t=1e9", { t: 24 }],
    ["past=yes", { past: false }],
    ["by=colour", { by: "time" }],
  ])("c01 nonsense is the default or the nearest bound: %s", (query, expected) => {
    expect(decode(spec, new URLSearchParams(query))).toMatchObject(expected);
  });
});
