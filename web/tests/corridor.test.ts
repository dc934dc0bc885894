import { describe, expect, test } from "vitest";
import type { MapData } from "../src/lib/map/features";
import { byDay } from "../src/views/corridor/days";
import { cvOf, density, logGamma, type Time } from "../src/views/corridor/density";
import { groupsOf } from "../src/views/corridor/groups";
import { assigned, familiesOn, laidOver, serviceOf, simulated } from "../src/views/corridor/loads";
import { corridorOf, facilityWords, search, wants, type ServiceRow, type Wanted } from "../src/views/corridor/model";
import { linkPaints, loadWidth, pointPaints, queueRadius, useColour, useColours, worst, type Painting } from "../src/views/corridor/paint";
import { ring } from "../src/views/corridor/petals";
import { bearings, changesOf, closing, names, type Project } from "../src/views/corridor/touching";

const place = (id: string, name: string, country: string, lon: number) => ({
  type: "Feature" as const, id, geometry: { type: "Point" as const, coordinates: [lon, 40] },
  properties: { table: "place" as const, name, country, kind: "port", state: "there" },
}); // prettier-ignore
const link = (from: string, to: string, mode: string, more: object = {}) => ({
  type: "Feature" as const, id: `${mode}-${from}-${to}`, geometry: { type: "LineString" as const, coordinates: [[0, 40], [1, 40]] },
  properties: { table: "link" as const, from_place: from, to_place: to, mode, state: "there", ...more },
}); // prettier-ignore
const facility = (id: string, at: string, kind: string) => ({
  type: "Feature" as const, id, geometry: { type: "Point" as const, coordinates: [0, 40] },
  properties: { table: "facility" as const, place: at, kind, state: "there", servers: 2 },
}); // prettier-ignore
const MAP = {
  type: "FeatureCollection",
  name: "small",
  families: [{ id: "middle", name: "Middle", closed: false }],
  features: [
    link("AKTAU", "ALAT", "sea", { families: ["middle"] }), link("ALAT", "TBILISI", "rail"), link("ALAT", "ASTARA", "road"),
    place("AKTAU", "Port of Aktau", "KZ", 51), place("ALAT", "Ələt", "AZ", 49), place("TBILISI", "Tbilisi", "GE", 45),
    place("ASTARA", "Astara", "AZ", 49), facility("ALAT-berth-ferry", "ALAT", "berth"), facility("ALAT-border-in", "ALAT", "border"),
  ],
} as unknown as MapData; // prettier-ignore
const service = (id: string, mode: string): ServiceRow => ({
  id, name: `Service ${id}`, mode, operator: "", vehicle: "", departs: "headway", headway_h: 24, both_ways: true,
}); // prettier-ignore
const stop = (of: string, seq: number, at: string) => ({ service: of, seq, place: at, call: "both", dwell_h: null });
const SMALL = corridorOf(
  MAP,
  [service("ferry", "sea"), service("train", "rail")],
  [stop("ferry", 2, "ALAT"), stop("ferry", 1, "AKTAU"), stop("train", 1, "TBILISI"), stop("train", 2, "ALAT")],
);
const ids = (things: readonly { id: string }[] | undefined): string[] => (things ?? []).map(({ id }) => id);
const ALL: Wanted = { country: "", kind: "", family: "", without: [] };
const wanted = (wish: Partial<Wanted>, services: Set<string> | null = null): string[] =>
  ids(SMALL.things.filter(wants(SMALL, { ...ALL, ...wish }, services)));

describe("what belongs to what", () => {
  test("a01 names say what a thing is and where", () => {
    expect(SMALL.byKey.get("facility/ALAT-berth-ferry")?.name).toBe("Ələt: berth ferry");
    expect(SMALL.byKey.get("link/sea-AKTAU-ALAT")?.name).toBe("Port of Aktau – Ələt");
    expect(facilityWords("odd", "ALAT", "gauge_change")).toBe("gauge change");
  });

  test("a02 a service runs over the links of its mode between its stops, whichever way they were written", () => {
    expect(SMALL.linksUnder.get("ferry")).toEqual(["sea-AKTAU-ALAT"]);
    expect(SMALL.linksUnder.get("train")).toEqual(["rail-ALAT-TBILISI"]);
    expect(ids(SMALL.servicesOver.get("sea-AKTAU-ALAT"))).toEqual(["ferry"]);
    expect(SMALL.servicesOver.get("road-ALAT-ASTARA")).toBeUndefined();
    expect(ids(SMALL.servicesOf.get("ALAT"))).toEqual(["ferry", "train"]);
    expect(ids(SMALL.facilitiesOf.get("ALAT"))).toEqual(["ALAT-berth-ferry", "ALAT-border-in"]);
  });

  test("b01 without a wish all is wanted", () => {
    expect(wanted({})).toHaveLength(SMALL.things.length);
  });

  test("b02 a country has what is in it, and what reaches it", () => {
    expect(wanted({ country: "GE" })).toEqual(["rail-ALAT-TBILISI", "TBILISI", "train"]);
  });

  test("b03 a kind leaves facilities of it and their places, and all lines", () => {
    expect(wanted({ kind: "berth" })).toEqual([
      "sea-AKTAU-ALAT", "rail-ALAT-TBILISI", "road-ALAT-ASTARA", "ALAT", "ALAT-berth-ferry", "ferry", "train",
    ]); // prettier-ignore
  });

  test("b04 modes that are off take their links and services with them", () => {
    expect(wanted({ without: ["rail", "road"] })).not.toContain("train");
    expect(wanted({ without: ["rail", "road"] })).toContain("ferry");
  });

  test("b05 a family is what makes it so, or with a run all that its goods ride", () => {
    expect(wanted({ family: "middle" })).toEqual(["sea-AKTAU-ALAT", "AKTAU", "ALAT", "ALAT-berth-ferry", "ALAT-border-in", "ferry"]);
    expect(wanted({ family: "middle" }, new Set(["train"]))).toEqual([
      "rail-ALAT-TBILISI", "ALAT", "TBILISI", "ALAT-berth-ferry", "ALAT-border-in", "train",
    ]); // prettier-ignore
  });

  test("c01 things are found without their accents, by all words, the best first", () => {
    expect(ids(search(SMALL.things, "alat berth", 5))).toEqual(["ALAT-berth-ferry"]);
    expect(ids(search(SMALL.things, "tbil", 2))).toEqual(["TBILISI", "rail-ALAT-TBILISI"]);
    expect(search(SMALL.things, "  ", 5)).toEqual([]);
    expect(search(SMALL.things, "nowhere", 5)).toEqual([]);
  });
});

describe("what runs tell", () => {
  const LINKS = [
    { link: "sea-AKTAU-ALAT", from_place: "AKTAU", teu: 10, tonnes: 100, vehicles: 4 },
    { link: "sea-AKTAU-ALAT", from_place: "ALAT", teu: 5, tonnes: 50, vehicles: 4 },
  ];
  const RESOURCES = [
    { resource: "ALAT-berth-ferry", kind: "facility", unit: "vessel", load: 876, used: 0.5, wait_h: 10, teu: 3, tonnes: 30 },
    { resource: "rail-ALAT-TBILISI there", kind: "path", unit: "train", load: 8760, used: 0.6, wait_h: 1, teu: 1, tonnes: 9 },
    { resource: "rail-ALAT-TBILISI back", kind: "path", unit: "train", load: 8760, used: 0.2, wait_h: 3, teu: 1, tonnes: 9 },
    { resource: "trips ferry", kind: "trips", unit: "sailing", load: 5, used: 1, wait_h: 0, teu: 9, tonnes: 9 },
    { resource: "ferry (back) at 1", kind: "slots", unit: "vehicle", load: 5, used: 0.4, wait_h: 27, teu: 9, tonnes: 9 },
    { resource: "pool loco", kind: "pool", unit: "hour", load: 5, used: 0.4, wait_h: 2, teu: 9, tonnes: 9 },
  ];
  const CHAINS = [
    { family: "middle", services: "ferry + train (back)", teu: 8, tonnes: 80 },
    { family: "road", services: "train", teu: 0, tonnes: 7 },
    { family: "middle", services: "ferry (back) + ferry", teu: 1, tonnes: 10 },
  ];

  test("a01 goods of both ways add up, use and wait are of the worse one", () => {
    const loads = assigned(LINKS, RESOURCES, []);
    expect(loads.get("link/sea-AKTAU-ALAT")).toEqual({ teu: 15, tonnes: 150, vehicles: 8 });
    expect(loads.get("link/rail-ALAT-TBILISI")).toEqual({ use: 0.6, wait_h: 3, queue: 3, unit: "train" });
    expect(loads.get("facility/ALAT-berth-ferry")).toEqual({ teu: 3, tonnes: 30, use: 0.5, wait_h: 10, queue: 1, unit: "vessel" });
    expect([...loads.keys()].some((key) => key.includes("loco"))).toBe(false);
  });

  test("a02 goods of a service are those of the chains that ride it, each chain once", () => {
    const loads = assigned([], RESOURCES, CHAINS);
    expect(loads.get("service/ferry")).toEqual({ teu: 9, tonnes: 90, use: 1, wait_h: 27 });
    expect(familiesOn(CHAINS).get("train")).toEqual([
      { family: "middle", teu: 8, tonnes: 80 },
      { family: "road", teu: 0, tonnes: 7 },
    ]);
  });

  test.each([
    ["asco-aktau-alat (back) at 2 AKTAU", "asco-aktau-alat"],
    ["trips asco-aktau-alat", "asco-aktau-alat"],
    ["asco-aktau-alat at 0", "asco-aktau-alat"],
    ["plain", "plain"],
  ])("a03 %j is of the service %j", (name, found) => expect(serviceOf(name)).toBe(found));

  test("b01 a simulation tells queues; what it does not tell is missing, not nought", () => {
    const loads = simulated(
      [
        { kind: "station", part: "ALAT-berth-ferry", use: 0.3, wait_h: 2, queue: 1.5, most: 7 },
        { kind: "station", part: "rail-ALAT-TBILISI there", use: 0.9, wait_h: null, queue: null, most: 3 },
        { kind: "stop", part: "ferry at 0 AKTAU", use: null, wait_h: 40, queue: 90, most: 120 },
        { kind: "stop", part: "ferry (back) at 0 ALAT", use: null, wait_h: 30, queue: 95, most: 99 },
      ],
      (name) => name.startsWith("rail-"),
    );
    expect(loads.get("facility/ALAT-berth-ferry")).toEqual({ use: 0.3, wait_h: 2, queue: 1.5, most: 7 });
    expect(loads.get("link/rail-ALAT-TBILISI")).toEqual({ use: 0.9, most: 3 });
    expect(loads.get("service/ferry")).toEqual({ wait_h: 40, queue: 95, most: 120 });
  });

  test("b02 of two runs the simulation tells the queue, and only the assignment the goods", () => {
    const flows = new Map([["facility/a", { teu: 1, tonnes: 2, use: 0.5, wait_h: 9, queue: 3, unit: "vessel" }]]);
    const queues = new Map([["facility/a", { use: 0.7, queue: 4 }], ["facility/b", { use: 0.1 }]]);
    expect(Object.fromEntries(laidOver(flows, queues))).toEqual({
      "facility/a": { teu: 1, tonnes: 2, unit: "vessel", use: 0.7, queue: 4 },
      "facility/b": { use: 0.1 },
    });
    expect(laidOver(null, null).size).toBe(0);
  });

  test("c01 days of replications: the mean, and the least and the most of them", () => {
    const day = (n: number, waiting: number) => ({ day: n, part: "x", waiting, in_use: 1 });
    expect(byDay([[day(1, 2), day(0, 4)], [day(0, 0), day(1, 4), day(1, 1)]])).toEqual([
      { day: 0, waiting: 2, low: 0, high: 4, in_use: 1 },
      { day: 1, waiting: 3.5, low: 2, high: 5, in_use: 1.5 },
    ]);
    expect(byDay([])).toEqual([]);
  });
});

describe("how it is drawn", () => {
  const how: Painting = {
    look: "light", colour: "mode", width: "tonnes", loads: new Map([["link/sea-AKTAU-ALAT", { tonnes: 100, use: 0.99 }], ["facility/ALAT-berth-ferry", { use: 0.85, queue: 9 }]]),
    loaded: true, most: 100, wanted: () => true, only: null,
  }; // prettier-ignore

  test("a01 the widest line carries the most, and a line that carries nothing is thin", () => {
    expect(loadWidth(100, 100)).toBeGreaterThan(loadWidth(25, 100));
    expect(loadWidth(0, 100)).toBe(loadWidth(undefined, 100));
    const paints = linkPaints(SMALL, how);
    expect(paints.get("sea-AKTAU-ALAT")!.width).toBeGreaterThan(paints.get("rail-ALAT-TBILISI")!.width!);
  });

  test("a02 use is told by four colours, and by grey where no run tells it", () => {
    expect([0, 0.49, 0.5, 0.8, 0.94, 0.95, 1.7].map((use) => useColours("dark").indexOf(useColour(use, "dark")))).toEqual([0, 0, 1, 2, 2, 3, 3]);
    expect(useColours("light")).not.toContain(useColour(undefined, "light"));
  });

  test("a03 what is not wanted is faint, and what a service does not use while it is looked at", () => {
    expect(linkPaints(SMALL, { ...how, wanted: ({ id }) => id === "rail-ALAT-TBILISI" }).get("sea-AKTAU-ALAT")!.opacity).toBeLessThan(0.2);
    const only = linkPaints(SMALL, { ...how, only: new Set(["rail-ALAT-TBILISI"]) });
    expect([only.get("rail-ALAT-TBILISI")!.opacity, only.get("sea-AKTAU-ALAT")!.opacity]).toEqual([0.85, 0.13]);
  });

  test("b01 a place stands for its worst facility from afar, and for itself when its facilities are seen", () => {
    expect(worst(SMALL.facilitiesOf.get("ALAT")!, how.loads)).toEqual({ use: 0.85, queue: 9 });
    const far = pointPaints(SMALL, how, false);
    expect(far.get("ALAT")!.colour).toBe(useColour(0.85, "light"));
    expect(far.get("AKTAU")!.colour).toBeUndefined();
    expect(far.get("ALAT")!.radius).toBeGreaterThan(far.get("AKTAU")!.radius!);
    expect(pointPaints(SMALL, how, true).get("ALAT")!.colour).toBeUndefined();
    expect([0, 1, 10, 100].map(queueRadius)).toEqual([0, 1, 10, 100].map(queueRadius).toSorted((a, b) => a - b));
  });

  test("b02 facilities stand in a ring of one size on the screen, none on another", () => {
    const facilities = SMALL.facilitiesOf.get("ALAT")!;
    const [one, other] = ring([49, 40], facilities, 7).map(({ geometry }) => (geometry as { coordinates: number[] }).coordinates);
    expect(one![1]).toBeGreaterThan(40);
    expect(other![1]).toBeLessThan(40);
    const near = ring([49, 40], facilities, 8).map(({ geometry }) => (geometry as { coordinates: number[] }).coordinates);
    expect((near[0]![1]! - 40) * 2).toBeCloseTo(one![1]! - 40, 6);
    expect(ring([49, 40], [], 7)).toEqual([]);
  });
});

describe("how long it takes", () => {
  test("a01 the logarithm of the gamma function", () => {
    for (const [x, factorial] of [[1, 1], [2, 1], [5, 24], [11, 3628800]] as const) expect(Math.exp(logGamma(x))).toBeCloseTo(factorial, 4);
    expect(Math.exp(logGamma(0.5)) ** 2).toBeCloseTo(Math.PI, 8);
  });

  test.each<Time>([
    { dist: "gamma", mean_h: 19.8, cv: 0.08 }, { dist: "gamma", mean_h: 8, cv: 1 }, { dist: "gamma", mean_h: 5, cv: 0.3849 },
    { dist: "lognormal", mean_h: 3, cv: 0.5 }, { dist: "triangular", mean_h: 12, cv: 0.2 }, { dist: "triangular", mean_h: 12, cv: null },
    { dist: "exponential", mean_h: 24, cv: null },
  ])("a02 the density of $dist with mean $mean_h and cv $cv adds up to nearly one, about its mean", (time) => {
    const points = density(time, 4000);
    const step = points[1]!.h - points[0]!.h;
    const whole = points.reduce((sum, { density: at }) => sum + at * step, 0);
    const mean = points.reduce((sum, { h, density: at }) => sum + h * at * step, 0) / whole;
    expect(whole).toBeGreaterThan(0.95);
    expect(whole).toBeLessThan(1.005);
    expect(Math.abs(mean - time.mean_h) / time.mean_h).toBeLessThan(0.15);
  }); // prettier-ignore

  test("a03 a time that is always the same has no curve", () => {
    expect(density({ dist: "gamma", mean_h: 2, cv: null })).toEqual([]);
    expect(density({ dist: "deterministic", mean_h: 2, cv: 0.5 })).toEqual([]);
    expect(cvOf({ dist: "exponential", mean_h: 2, cv: 0.3 })).toBe(1);
  });
});

describe("what touches a thing", () => {
  const project = (id: string, changes: string[], places: string[] = []): Project => ({
    id, name: id, kind: "port", status: "planned", places, opens: null, capex_musd: null, modelled: true, changes, commitments: [],
  }); // prettier-ignore

  test("a01 an address with a star is of every row that fits, and of no other", () => {
    expect(names("ALAT-*", "ALAT-berth")).toBe(true);
    expect(names("*-border-in", "DOSTYK-border-in")).toBe(true);
    expect(names("*-border-in", "DOSTYK-border-in-2")).toBe(false);
    expect(names("A.B", "AxB")).toBe(false);
  });

  test("a02 projects that change the thing come first, then those at its place", () => {
    const all = [
      project("beside", ["facility/ALAT-yard/servers +3"], ["ALAT"]),
      project("to it", ["facility/ALAT-berth/servers +12.9", "facility/ALAT-yard/servers +1"]),
      project("elsewhere", ["facility/POTI-berth/servers +1"], ["POTI"]),
    ];
    expect(bearings(all, "facility", "ALAT-berth", ["ALAT"]).map(({ project: { id }, changes }) => [id, changes.length])).toEqual([["to it", 1], ["beside", 0]]);
    expect(bearings(all, "link", "rail-A-B", ["ALAT"])).toEqual([]);
    expect(changesOf(project("new", ["planned_link/rail-A-B/speed_kmh 60"]), "link", "rail-A-B")).toHaveLength(1);
  });

  test("b01 a closure stops what it names, and the facilities of a place that it names", () => {
    const closure = (id: string, table: string, stops: string[]) => ({ id, stops_table: table, stops, times_of: "", duration_h: 1, duration_dist: "", note: "" });
    const all = [closure("a", "facility", ["ALAT-berth"]), closure("b", "place", ["ALAT"]), closure("c", "link", ["ALAT-berth"])];
    expect(ids(closing(all, "facility", "ALAT-berth", ["ALAT"]))).toEqual(["a", "b"]);
    expect(ids(closing(all, "place", "ALAT", ["ALAT"]))).toEqual(["b"]);
  });
});

test("numbers stand in groups in one order, each once", () => {
  const number = (column: string) => ({
    column, address: column, value: 1, unit: "", meaning: "", read_by_engines: true, grade: "B", method: "read", note: "", facts: 1, rivals: 0, changed: false, in_package: null,
  }); // prettier-ignore
  const groups = groupsOf(["wait_h", "odd", "servers", "price_usd_teu", "service_time_h", "length_km"].map(number));
  expect(groups.map(({ name, numbers }) => [name, numbers.map(({ column }) => column)])).toEqual([
    ["size", ["length_km"]], ["capacity", ["servers"]], ["time", ["wait_h", "service_time_h"]], ["money", ["price_usd_teu"]], ["other", ["odd"]],
  ]); // prettier-ignore
});
