import { describe, expect, test } from "vitest";
import { decode, encode } from "../src/lib/codec";
import { figuresOf, first, grounds, linksOf, ordered, stops, told, weakest, type Item, type Leg, type Option, type Plan } from "../src/views/plan/answer";
import { bodyOf, rarer, readLoad, readyDay, SPEC, writeLoad, type Asked } from "../src/views/plan/asking";
import { ASIDE, placed } from "../src/views/plan/labels";
import { paints, shownOf, users } from "../src/views/plan/paints";
import { apart, gone, hoursAt, nearness, routeOf, spot } from "../src/views/plan/route";
import { dayAfter, dayOf, fullDay, hourOf, zoneOf } from "../src/views/plan/when";
import type { MapData } from "../src/lib/map/features";

const NOON = new Date(2026, 10, 24, 12);
const asked = (more: Partial<Asked> = {}): Asked => ({ ...decode(SPEC, new URLSearchParams()), ...more });

describe("a request", () => {
  test("a01 nothing said: Xi'an to Istanbul, two 40-foot boxes, a week from today", () => {
    expect(bodyOf(asked(), "middle-corridor", "", NOON)).toEqual({
      corridor: "middle-corridor", scenario: "", origin: "XIAN", destination: "HALKALI", depart: "2026-12-01", load: "2xFEU",
      commodity: "general",
    });
  });

  test("a02 a scenario has a day of its own, unless one is said", () => {
    expect(bodyOf(asked(), "c", "base-2030", NOON)).not.toHaveProperty("depart");
    expect(bodyOf(asked({ date: "2030-03-01" }), "c", "base-2030", NOON).depart).toBe("2030-03-01");
    expect(readyDay({ date: "" }, "base-2030", NOON)).toBe("");
  });

  test("a03 a day that has passed is allowed and said; one that comes is not marked", () => {
    expect(bodyOf(asked({ date: "2026-11-23" }), "c", "", NOON).past).toBe(true);
    expect(bodyOf(asked({ promised: "2026-11-20" }), "c", "", NOON).past).toBe(true);
    expect(bodyOf(asked({ date: "2026-11-25", promised: "2026-12-24" }), "c", "", NOON)).not.toHaveProperty("past");
  });

  test("b01 wishes go along, and only those that were made", () => {
    const wishes = asked({
      when: "by", end: "2026-12-24", tonnes: "40.5", worth: "0", avoid: ["RU", "sea:Caspian"], via: ["AKTAU"], modes: ["rail"],
      criteria: ["cost"], using: "simulate-x", changes: ["facility/ALAT-berth/wait_h=2"],
    });
    expect(bodyOf(wishes, "c", "", NOON)).toMatchObject({
      arrive_by: "2026-12-24", tonnes: 40.5, value_of_time_usd_h: 0, avoid: ["RU", "sea:Caspian"], via: ["AKTAU"], modes: ["rail"],
      criteria: ["cost"], using: "simulate-x", changes: ["facility/ALAT-berth/wait_h=2"],
    });
    expect(rarer(wishes)).toBe(9);
    expect(rarer(asked())).toBe(0);
  });

  test("b02 until and by are each under their own name, and neither without a day", () => {
    expect(bodyOf(asked({ when: "until", end: "2026-12-08" }), "c", "", NOON).until).toBe("2026-12-08");
    expect(bodyOf(asked({ when: "until" }), "c", "", NOON)).not.toHaveProperty("until");
  });

  test("b03 what is written into the address is read out of it again", () => {
    const written = asked({ from: "Xi'an", avoid: ["RU", "IR"], changes: ["close:A", "link/a,b/speed_kmh*0.5"], when: "by", end: "2026-12-24" });
    expect(decode(SPEC, new URLSearchParams(encode(SPEC, written, new URLSearchParams()).toString()))).toEqual(written);
  });

  test.each([
    ["2xFEU", 2, "FEU"], ["1x20ft", 1, "TEU"], ["3 x 40FT", 3, "FEU"], ["3xwagon", 3, "wagon"], ["12wagons", 12, "wagon"],
    ["60t", 60, "t"], ["0.5t", 0.5, "t"],
  ] as const)("c01 the load %s is %d %s", (written, count, kind) => {
    expect(readLoad(written)).toEqual({ count, kind });
    expect(readLoad(writeLoad(count, kind))).toEqual({ count, kind });
  });

  test.each(["1x40ft+2x20ft", "2xFEU:40t", "", "lots"])("c02 the load '%s' has no kind of its own", (written) => {
    expect(readLoad(written).kind).toBe("");
  });
});

describe("days", () => {
  test("a01 go over the ends of months and years", () => {
    expect(dayAfter(new Date(2026, 11, 28), 7)).toBe("2027-01-04");
    expect(dayAfter(new Date(2028, 1, 28), 1)).toBe("2028-02-29");
  });

  test("a02 an instant is shown in the zone that it is written in, wherever the browser is", () => {
    expect(hourOf("2026-12-01T00:30:00.881400+08:00", "en-GB")).toBe("1 Dec, 00:30");
    expect(dayOf("2026-12-01T00:30:00+08:00", "en-GB")).toBe("1 Dec");
    expect(dayOf("2026-12-01", "en-GB")).toBe("1 Dec");
    expect(fullDay("2030-12-01T23:59:00-05:00", "en-GB")).toBe("1 December 2030");
    expect([zoneOf("2026-12-01T00:30:00+08:00"), zoneOf("2026-12-01T00:30:00Z"), zoneOf("2026-12-01")]).toEqual(["+08:00", "Z", ""]);
  });
});

const leg = (mode: string, from: string, to: string, more: Partial<Leg> = {}): Leg => ({
  mode, service: `${mode}-${from}`, from, to, depart: "2026-12-01T00:00:00+08:00", arrive: "2026-12-02T00:00:00+08:00", time_h: 24,
  wait_h: 0, price_usd: 100, co2e_kg: 10, distance_km: mode === "handling" ? 0 : 500, passes: [from, to], grade: "B",
  waits_from: null, links: [], geometry: null, ...more,
});

const option = (id: string, more: Partial<Option> = {}): Option => ({
  id, family: id.slice(0, -2), depart: "2026-12-01T00:00:00+08:00", any_time: null, arrive: "2026-12-20T00:00:00+08:00",
  time_h: { mean: 480, p10: 400, p50: 470, p90: 560, p95: 600 }, spread: null, price_usd: 10_000, co2e_kg: 5000, distance_km: 9000,
  reloads: 1, borders: 3, beaten: null, legs: [leg("rail", "A", "B")], assumptions: [], ...more,
});

const answer = (options: Option[], worth = 50): Plan =>
  ({ options, left_out: [], request: { value_of_time_usd_h: worth } }) as unknown as Plan;

describe("an answer", () => {
  test("a01 the weakest grade is the last letter", () => {
    const grades = ["A", "C", "B"].map((grade) => leg("rail", "A", "B", { grade }));
    expect(weakest(option("x-1", { legs: grades }))).toBe("C");
  });

  test("a02 stops are where vehicles change, each once, drays and transshipments included", () => {
    const legs = [leg("handling", "A", "A"), leg("rail", "A", "B"), leg("handling", "B", "B"), leg("sea", "B", "C"), leg("road", "C", "D")];
    expect(stops(option("x-1", { legs }))).toEqual(["A", "B", "C", "D"]);
  });

  test("a03 steps that take no time and cost nothing are not told; a ride always is", () => {
    const legs = [
      leg("handling", "A", "A", { time_h: 0, price_usd: 0 }), leg("handling", "A", "A", { time_h: 0, price_usd: 5 }),
      leg("rail", "A", "B", { time_h: 0, price_usd: 0 }),
    ];
    expect(told(legs)).toEqual(legs.slice(1));
  });

  test("a04 links lose the - of the way back", () => {
    expect(linksOf(option("x-1", { legs: [leg("rail", "A", "B", { links: ["rail-A-B", "-rail-C-B"] })] }))).toEqual(["rail-A-B", "rail-C-B"]);
  });

  const slow = option("slow-1", { price_usd: 5000, time_h: { mean: 800, p10: 700, p50: 790, p90: 900, p95: 950 } });
  const fast = option("fast-1", { price_usd: 9000, co2e_kg: 90_000, time_h: { mean: 100, p10: 60, p50: 90, p90: 500, p95: 600 } });
  const never = option("never-1", { price_usd: 7000, time_h: { mean: 400, p10: null, p50: null, p90: null, p95: null } });

  test("b01 the first to look at is that of the least price and time at its worth", () => {
    expect(first(answer([slow, fast], 50))?.id).toBe("fast-1"); // 45,000 against 14,000
    expect(first(answer([slow, fast], 1))?.id).toBe("slow-1"); // 5,800 against 9,100
    expect(first(answer([], 50))).toBeNull();
  });

  test("b02 orders: least first, what has no such figure last, equal ones as they came", () => {
    const plan = answer([slow, never, fast]);
    const ids = (by: Parameters<typeof ordered>[1]) => ordered(plan, by).map(({ id }) => id);
    expect(ids("time")).toEqual(["fast-1", "slow-1", "never-1"]);
    expect(ids("price")).toEqual(["slow-1", "never-1", "fast-1"]);
    expect(ids("co2e")).toEqual(["slow-1", "never-1", "fast-1"]);
    expect(ids("spread")).toEqual(["slow-1", "fast-1", "never-1"]);
  });

  const item = (kind: string, numbers: string[], more: Partial<Item> = {}): Item => ({
    kind, place: "A", row: "r", time_h: 0, price_usd: 0, co2e_kg: 0, distance_km: 0,
    numbers: numbers.map((number) => ({ number, value: 1, unit: "", grade: "B" })), ...more,
  });

  test("c01 each column of the explained numbers goes under its figure", () => {
    const of = (column: string) => figuresOf(`t/r:a/${column}`);
    expect(["wait_h", "service_time_h", "wait_cv", "speed_kmh", "headway_h", "fleet", "dwell_h"].flatMap(of)).toEqual(Array(7).fill("time"));
    expect(["price_usd", "price_usd_km", "price_usd_feu"].flatMap(of)).toEqual(Array(3).fill("price"));
    expect(["gco2e_tkm", "kgco2e_container", "energy_kwh_tkm", "gco2e_kwh"].flatMap(of)).toEqual(Array(4).fill("co2e"));
    expect(of("length_km")).toEqual(["time", "price", "co2e", "distance"]);
  });

  test("c02 a price by the kilometre comes with the lengths it is counted on, a time with what is passed", () => {
    const carriage = item("carriage", ["tariff/s/price_usd_km"], { price_usd: 100 });
    const ride = item("travel", ["link/r/length_km", "link/r/speed_kmh"], { time_h: 2, distance_km: 100 });
    const border = item("border", ["facility/b/wait_h"], { time_h: 5 });
    const under = (figure: Parameters<typeof grounds>[1]) => grounds([carriage, ride, border], figure).map(({ kind, numbers }) => [kind, ...numbers.map(({ number }) => number)]);
    expect(under("price")).toEqual([["carriage", "tariff/s/price_usd_km"], ["travel", "link/r/length_km"]]);
    expect(under("time")).toEqual([["travel", "link/r/length_km", "link/r/speed_kmh"], ["border", "facility/b/wait_h"]]);
    expect(under("distance")).toEqual([["travel", "link/r/length_km"]]);
    expect(under("co2e")).toEqual([]);
  });
});

describe("the way on the map", () => {
  const line = (...coordinates: number[][]) => ({ type: "LineString" as const, coordinates });
  const way = option("x-1", {
    legs: [
      leg("handling", "A", "A", { arrive: "2026-12-02T00:00:00+08:00" }),
      leg("rail", "A", "B", { depart: "2026-12-02T00:00:00+08:00", arrive: "2026-12-04T00:00:00+08:00", geometry: line([0, 0], [1, 0], [2, 0]) }),
      leg("sea", "B", "C", { depart: "2026-12-04T00:00:00+08:00", arrive: "2026-12-05T00:00:00+08:00", geometry: line([2, 0], [2, 1]) }),
    ],
  });

  test("a01 a degree of the equator is 111.2 km", () => {
    expect(apart([0, 0], [1, 0])).toBeCloseTo(111.19, 1);
  });

  test("a02 kilometres never fall, and say which leg they are on", () => {
    const route = routeOf(way);
    expect(route.km.every((km, at) => at === 0 || km >= route.km[at - 1]!)).toBe(true);
    expect(route.leg).toEqual([1, 1, 1, 2, 2]);
    expect(spot(route, 0)!.at).toEqual([0, 0]);
    const middle = spot(route, apart([0, 0], [1, 0]) * 1.5)!;
    expect(middle.at[0]).toBeCloseTo(1.5, 6);
    expect(middle.leg).toBe(1);
    expect(spot(route, 1e9)).toEqual({ at: [2, 1], leg: 2 });
    expect(spot(routeOf(option("y-1")), 0)).toBeNull();
  });

  test("a03 hours go by as on the legs: a day at the gate, two on the rails, one at sea", () => {
    const route = routeOf(way);
    const at = (km: number) => hoursAt(way, route, spot(route, km)!, km);
    const degree = apart([0, 0], [1, 0]);
    expect(at(0)).toBeCloseTo(24, 6);
    expect(at(degree)).toBeCloseTo(48, 6);
    expect(at(3 * degree)).toBeCloseTo(96, 6);
  });

  test("b01 over the antimeridian the way goes on and does not turn back round the world", () => {
    const over = { type: "MultiLineString" as const, coordinates: [[[170, 10], [180, 10]], [[-180, 10], [-170, 10]]] };
    const route = routeOf(option("z-1", { legs: [leg("sea", "A", "B", { geometry: over })] }));
    expect(route.points.map(([lon]) => lon)).toEqual([170, 180, 180, 190]);
    expect(route.km.at(-1)).toBeCloseTo(apart([170, 10], [190, 10]), -2);
  });

  test("b02 a flight begins and ends with the whole way, and moves only when it is near", () => {
    expect([0, 1].map(nearness)).toEqual([0, 0]);
    expect(nearness(0.5)).toBe(1);
    expect([gone(0), gone(0.12), gone(0.5), gone(0.88), gone(1)].map((share) => Number(share.toFixed(6)))).toEqual([0, 0, 0.5, 1, 1]);
  });

  const near = option("near-1", { legs: [leg("rail", "A", "B", { links: ["one", "-two"] })] });
  const far = option("far-1", { legs: [leg("sea", "A", "C", { links: ["two", "three"] })] });

  test("c01 what is chosen is drawn over what is only there, in the colour of its mode", () => {
    const painted = paints([near, far], near, "", "light");
    expect(painted.get("one")).toMatchObject({ colour: "#0b6aa8", opacity: 1 });
    expect(painted.get("two")).toEqual(painted.get("one"));
    expect(painted.get("three")!.width).toBeLessThan(painted.get("one")!.width!);
    expect(paints([near, far], near, "far-1", "light").get("three")).not.toEqual(painted.get("three"));
    expect(paints([near, far], near, "near-1", "light")).toEqual(painted);
  });

  test("c02 a line knows who goes over it, a place who comes by, each once", () => {
    const uses = users([near, far]);
    expect([uses.get("two"), uses.get("one"), uses.get("A"), uses.get("nowhere")]).toEqual([["near-1", "far-1"], ["near-1"], ["near-1", "far-1"], undefined]);
  });

  test("c03 of places only those are drawn where some option stops; all lines are", () => {
    const feature = (table: "link" | "place" | "facility", id: string) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [0, 0] }, properties: { table } });
    const data = { type: "FeatureCollection", features: [feature("link", "one"), feature("link", "else"), feature("place", "A"), feature("place", "X"), feature("facility", "A-gate")] } as unknown as MapData;
    expect(shownOf(data, [near])!.features.map(({ id }) => id)).toEqual(["one", "else", "A"]);
    expect(shownOf(null, [near])).toBeNull();
  });
});

describe("names in a chart", () => {
  const at = (text: string, x: number, y: number) => ({ text, x, y });

  test("a01 a name stands at the right above its point, at the left where there is no room", () => {
    const [free, edge] = placed([at("free", 100, 100), at("edge", 295, 60)], 300, 200);
    expect([free!.anchor, free!.dy]).toEqual(["start", -10]);
    expect([edge!.anchor, edge!.dy]).toEqual(["end", -10]);
  });

  test("a02 what would lie on another is left out, and the first ones choose first", () => {
    const crowd = Array.from({ length: 12 }, (_, n) => at(`option-${n}`, 100 + n, 100));
    const found = placed(crowd, 300, 200);
    expect(found[0]!.text).toBe("option-0");
    expect(found.length).toBeLessThan(crowd.length);
    const boxes = found.map(({ x, y, dy, anchor, text }) => ({ left: anchor === "start" ? x + ASIDE : x - ASIDE - 6.1 * text.length, y: y + dy, wide: 6.1 * text.length }));
    boxes.forEach((one, i) => boxes.slice(i + 1).forEach((other) => {
      const apartX = one.left + one.wide <= other.left || other.left + other.wide <= one.left;
      expect(apartX || Math.abs(one.y - other.y) >= 13).toBe(true);
    }));
  });
});
