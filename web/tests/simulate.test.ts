import { describe, expect, test } from "vitest";
import { decode, encode } from "../src/lib/codec";
import { body, FIELDS, lines, looksLikeChange, looksLikeClosing, oneMore, type Inputs } from "../src/views/simulate/ask";
import { closedAt, Film, queuePx, waiting, waitingAt, type Answer } from "../src/views/simulate/film";
import { namesOf } from "../src/views/simulate/names";
import { byPlace, causesOf, flow, imbalance, type Bottleneck, type Group } from "../src/views/simulate/result";

/** A window in which trains go 10 degrees east in 10 hours, by way of a point that lies two tenths along. */
function answer(moves: [begin: number, end: number, vehicle: number, load: number][], more: Partial<Answer> = {}): Answer {
  return {
    period: { start: "2024-01-01T00:00:00+00:00", hours: 100, warmup_h: 0, from_h: 0, to_h: 48 },
    kinds: ["rail", "sea"],
    services: [{ id: "s", operator: "O", mode: "rail", vehicle: "BLOCK" }],
    vehicles: ["s 0", "s 1"],
    paths: [{ link: "l", mode: "rail", from_place: "A", to_place: "B", points: [[50, 40], [52, 42], [60, 40]], at: [0, 0.2, 1] }],
    movements: {
      path: moves.map(() => 0),
      begin_h: moves.map(([begin]) => begin),
      end_h: moves.map(([, end]) => end),
      kind: moves.map(() => 0),
      service: moves.map(() => 0),
      vehicle: moves.map(([, , vehicle]) => vehicle),
      load: moves.map(([, , , load]) => load),
    },
    shown: { movements: moves.length, vehicles: 2 },
    of: { movements: moves.length, vehicles: 2 },
    waiting: { step_h: 1, queues: [] },
    closures: [],
    remarks: [],
    ...more,
  };
}

describe("a film of movements", () => {
  test("a01 a vehicle stands at its start, at a bend and near its end when the clock says so", () => {
    const film = new Film(answer([[0, 10, 0, 60]]));
    const [rail] = film.dots;
    for (const [t, lon, lat] of [[0, 50, 40], [1, 51, 41], [2, 52, 42], [6, 56, 41]] as const) {
      expect(film.show(t)).toBe(1);
      expect([rail!.positions[0], rail!.positions[1]]).toEqual([lon, lat]);
    }
  });

  test("a02 what has not begun or has ended is not drawn, and what begins just then is", () => {
    const film = new Film(answer([[0, 10, 0, 60], [10, 20, 1, 0], [30, 40, 0, 5]]));
    const seen = (t: number): number[] => {
      film.show(t);
      return [...film.dots[0]!.moves.subarray(0, film.dots[0]!.n)];
    };
    expect(seen(9.99)).toEqual([0]);
    expect(seen(10)).toEqual([1]);
    expect(seen(25)).toEqual([]);
    expect(seen(35)).toEqual([2]);
  });

  test("a03 units aboard are counted, and empty ones are told from laden ones", () => {
    const film = new Film(answer([[0, 10, 0, 60], [1, 20, 1, 0]]));
    film.show(5);
    const [rail, sea] = film.dots;
    expect([rail!.n, rail!.units, ...rail!.laden.subarray(0, 2)]).toEqual([2, 60, 1, 0]);
    expect(sea!.n).toBe(0);
    expect(rail!.radii[0]).toBeGreaterThan(rail!.radii[1]!);
  });

  test("a04 a vehicle is found under way, where it stands since, and before it sets out", () => {
    const film = new Film(answer([[2, 12, 0, 60], [30, 40, 0, 5]]));
    expect(film.spot("s 0", 4)).toEqual({ lon: 52, lat: 42, move: 0, moving: true });
    expect(film.spot("s 0", 20)).toEqual({ lon: 60, lat: 40, move: 0, moving: false });
    expect(film.spot("s 0", 0)).toEqual({ lon: 50, lat: 40, move: 0, moving: false });
    expect(film.spot("s 1", 20)).toBeNull();
    expect(film.spot("nobody", 20)).toBeNull();
  });

  test("a05 showing an hour again gives the same, whatever was shown between", () => {
    const film = new Film(answer([[0, 10, 0, 60], [1, 20, 1, 0], [3, 30, 0, 9]]));
    film.show(4);
    const before = [...film.dots[0]!.positions];
    film.show(29);
    film.show(4);
    expect([...film.dots[0]!.positions]).toEqual(before);
  });

  test("a06 every one of 10,000 stays on its line at any hour", () => {
    const moves = Array.from({ length: 10_000 }, (_, k): [number, number, number, number] => [k / 250, k / 250 + 1 + (k % 17), k % 2, k % 90]);
    const film = new Film(answer(moves));
    for (let t = 0; t < 48; t += 0.37) {
      const n = film.show(t);
      expect(n).toBe(moves.filter(([begin, end]) => begin <= t && t < end).length);
      const { positions } = film.dots[0]!;
      for (let k = 0; k < n; k++) {
        const [lon, lat] = [positions[2 * k]!, positions[2 * k + 1]!];
        expect(Math.abs(lat - (lon <= 52 ? 40 + (lon - 50) : 42 - (lon - 52) / 4))).toBeLessThan(1e-4);
      }
    }
  });
});

describe("who waits", () => {
  const queues = [
    { part: "A-berth", place: "A", of: "vehicles", at_h: [1, 5], n: [2, 0] },
    { part: "ferry at 0 A", place: "A", of: "units", at_h: [0, 3], n: [10, 40] },
    { part: "B-gate", place: "B", of: "units", at_h: [0], n: [50] },
    { part: "l there", place: "", of: "units", at_h: [0], n: [9] },
  ];

  test("b01 a queue is as long as it was told last", () => {
    expect([-1, 0, 1, 4.9, 5, 99].map((t) => waitingAt(queues[0]!, t))).toEqual([0, 0, 2, 2, 0, 0]);
  });

  test("b02 places are put together from their parts, the most first, and nowhere is no place", () => {
    const found = waiting(queues, 4);
    expect(found.map(({ place, units, vehicles }) => [place, units, vehicles])).toEqual([["B", 50, 0], ["A", 40, 2]]);
    expect(found[1]!.parts.map(({ part }) => part)).toEqual(["ferry at 0 A", "A-berth"]);
  });

  test("b03 circles grow by their area, and not over all bounds", () => {
    expect(queuePx(0)).toBe(0);
    expect(queuePx(400) - 2.5).toBeCloseTo(2 * (queuePx(100) - 2.5));
    expect(queuePx(1e9)).toBe(48);
  });

  test("b04 a closure holds from its begin until just before its end", () => {
    const storm = { closure: "storm", table: "place", stops: ["A"], begin_h: 10, end_h: 12 };
    expect([9.9, 10, 11.9, 12].map((t) => closedAt([storm], t).length)).toEqual([0, 1, 1, 0]);
  });
});

describe("what is asked", () => {
  const standard = decode(FIELDS, new URLSearchParams());

  test("c01 lines with commas and equal signs go through the address and come back", () => {
    const change = ["facility/ALAT-berth/servers=+1", "service/a,b/fleet=3"];
    const query = encode({ change: lines() }, { change }, new URLSearchParams());
    expect(decode({ change: lines() }, new URLSearchParams(query.toString())).change).toEqual(change);
  });

  test("c02 a scenario brings its own year", () => {
    expect(body("c", "", standard)).toMatchObject({ year: 2024, days: 30, replications: 3, trace: true });
    expect(body("c", "base-2030", standard)).not.toHaveProperty("year");
  });

  test("c03 a warm-up of none is asked for, and one that is left out is not", () => {
    expect(body("c", "", { ...standard, warmup: "0" }).warmup_days).toBe(0);
    expect(body("c", "", standard)).not.toHaveProperty("warmup_days");
  });

  test("c04 changes and closings are told from what only looks like them", () => {
    expect(["facility/X/servers=+1", "service/a/headway_h*0.5", "demand/A/B/c/2024/units=3"].map(looksLikeChange)).toEqual([true, true, true]);
    expect(["facility/X=3", "servers=+1", "facility/X/servers=", "more berths"].map(looksLikeChange)).toEqual([false, false, false, false]);
    expect(looksLikeClosing("facility/KURYK-berth=2024-01-10..2024-01-15")).toBe(true);
    expect(looksLikeClosing("facility/KURYK-berth=2024-01-10")).toBe(false);
  });

  const inputs: Inputs = {
    package: "c", scenario: "base-2030", changes: ["a/b/c=1", "close place/X=2030-01-01..2030-01-02"], seed: 7,
    settings: { days: 14, year: 2030, demand: 1.5, warmup_days: 0, trace: true },
  };

  test("c05 one more asks for the very same simulation", () => {
    expect(oneMore("c", inputs, 4, "X-berth")).toEqual({
      corridor: "c", scenario: "base-2030", days: 14, replications: 4, seed: 7, demand: 1.5, warmup_days: 0,
      changes: inputs.changes, closings: [], trace: true, one_more_at: ["X-berth"],
    });
  });

  test("c06 of a run that is such a variant itself nothing more is asked", () => {
    const settings = { ...inputs.settings, after_routing: ["a/b/c=+1"] };
    expect(oneMore("c", { ...inputs, settings }, 4, "X-berth")).toBeNull();
  });
});

describe("what came out", () => {
  test("d01 a group is taken apart, also where places have dashes", () => {
    expect(flow("HAMBURG - SHANGHAI | ocean-suez | container")).toEqual({ from: "HAMBURG", to: "SHANGHAI", family: "ocean-suez", unit: "container" });
    expect(flow("vehicles")).toEqual({ from: "vehicles", to: "", family: "", unit: "" });
  });

  test("d02 causes of a group are its hours by cause, and no percentile is one", () => {
    const group = { group: "g", delivered: 1, hours: 9, hours_ci: 1, p10_h: 1, p50_h: 2, p90_h: 3, p10_h_ci: 1, travel_h: 4, travel_h_ci: 0.5, crane_h: 5, crane_h_ci: null, gate_h: 0, gate_h_ci: 0 } as Group;
    expect(causesOf(group)).toEqual([{ cause: "crane", hours: 5, ci: null }, { cause: "travel", hours: 4, ci: 0.5 }]);
  });

  test("d03 waiting is put together by place and cause, the places with the most of it", () => {
    const row = (place: string, cause: string, unit_h: number): Bottleneck => ({ part: "", place, cause, unit_h, unit_h_ci: null });
    const rows = [row("A", "berth", 24), row("B", "border", 72), row("A", "berth", 24), row("C", "gate", 12), row("B", "gate", 24)];
    expect(byPlace(rows, 2)).toEqual([
      { place: "B", cause: "border", days: 3 }, { place: "B", cause: "gate", days: 1 }, { place: "A", cause: "berth", days: 2 },
    ]);
  });

  test("d04 a balance that holds is off by nothing, and a unit that went missing is seen", () => {
    const balance = { in_at_start: 10, created: 5, delivered: 7, turned_away: 1, in_at_end: 7 };
    expect(imbalance(balance)).toBe(0);
    expect(imbalance({ ...balance, delivered: 6 })).toBe(1);
  });

  test("d05 parts are called by their places", () => {
    const point = (id: string, name: string) => ({ type: "Feature" as const, id, geometry: { type: "Point" as const, coordinates: [50, 40] }, properties: { table: "place" as const, name } });
    const names = namesOf({ type: "FeatureCollection", features: [
      point("ALAT", "Alat"), point("AKTAU", "Aktau"),
      { type: "Feature", id: "ALAT-berth", geometry: { type: "Point", coordinates: [50, 40] }, properties: { table: "facility", place: "ALAT" } },
      { type: "Feature", id: "sea-A", geometry: { type: "LineString", coordinates: [[50, 40], [51, 43]] }, properties: { table: "link", from_place: "AKTAU", to_place: "ALAT" } },
    ] });
    expect(["ALAT-berth", "asco at 0 AKTAU", "asco (back) at 1 ALAT", "sea-A back", "sea-A", "pool-x"].map(names.part)).toEqual(
      ["Alat · berth", "asco · Aktau", "asco ← · Alat", "Alat → Aktau", "Aktau – Alat", "pool-x"],
    );
  });
});
