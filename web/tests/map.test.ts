import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FeatureCollection, LineString, Polygon } from "geojson";
import { describe, expect, test } from "vitest";
import { boundsOf, parseCamera, printCamera } from "../src/lib/map/bounds";
import { drawn, type MapData } from "../src/lib/map/features";
import { labels } from "../src/lib/map/labels";

const ground = (name: string): FeatureCollection<LineString | Polygon> =>
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "generated", `${name}.geojson`), "utf8"));

/** Even-odd rule. */
function inside(polygons: FeatureCollection<LineString | Polygon>, lon: number, lat: number): boolean {
  let odd = false;
  for (const { geometry } of polygons.features) {
    for (const ring of geometry.coordinates as number[][][]) {
      for (let i = 1; i < ring.length; i++) {
        const [x1, y1] = ring[i - 1] as [number, number];
        const [x2, y2] = ring[i] as [number, number];
        if (y1 > lat !== y2 > lat && lon < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) odd = !odd;
      }
    }
  }
  return odd;
}

describe("the ground", () => {
  const land = ground("land");
  const lakes = ground("lakes");

  test.each([
    ["Almaty", 76.9, 43.2], ["Xi'an", 108.9, 34.3], ["Warsaw", 21, 52.2], ["Baku's hinterland", 49, 40.4],
    ["Chukotka, beyond the antimeridian", -175, 66.5], ["Chukotka, before it", 178, 67],
  ])("a01 %s is land", (_, lon, lat) => expect(inside(land, lon, lat)).toBe(true));

  test.each([
    ["the Baltic", 19.3, 57], ["the Black Sea", 34, 43.2], ["the Indian Ocean", 75, -10], ["the Barents Sea", 40, 74],
    ["the Bering Sea", -178, 58],
  ])("a02 %s is sea: no wedge from one edge of the map to the other", (_, lon, lat) =>
    expect(inside(land, lon, lat)).toBe(false));

  test("a03 the middle of the Caspian is water", () => {
    expect(!inside(land, 50.7, 41) || inside(lakes, 50.7, 41)).toBe(true);
  });

  test.each(["land", "coast", "lakes", "rivers", "borders"])("b01 no line of %s leaps across the map", (name) => {
    for (const { geometry } of ground(name).features) {
      const parts = (geometry.type === "Polygon" ? geometry.coordinates : [geometry.coordinates]) as number[][][];
      for (const part of parts) {
        for (let i = 1; i < part.length; i++) expect(Math.abs(part[i]![0]! - part[i - 1]![0]!)).toBeLessThan(90);
      }
    }
  });

  test("b02 the cut at the antimeridian is no coast", () => {
    for (const { geometry } of ground("coast").features) {
      const points = geometry.coordinates as number[][];
      for (let i = 1; i < points.length; i++) {
        expect(Math.abs(points[i]![0]!) === 180 && points[i]![0] === points[i - 1]![0]).toBe(false);
      }
    }
  });

  test("b03 every country and sea has a name in every language, and seas stand in the sea", () => {
    for (const language of ["en", "az", "zh", "ru", "tr"] as const) {
      for (const { properties } of labels(language)) expect(properties!.name, language).not.toMatch(/^[A-Z]{2}$|^$/);
    }
    for (const { properties, geometry } of labels("en")) {
      const [lon, lat] = geometry.coordinates as [number, number];
      const wet = !inside(land, lon, lat) || inside(lakes, lon, lat);
      expect(wet, properties!.name as string).toBe(properties!.kind === "sea");
    }
  });
});

describe("what is drawn", () => {
  const data: MapData = {
    type: "FeatureCollection",
    features: [
      { type: "Feature", id: "A-B", properties: { table: "link", mode: "rail", from_place: "A", to_place: "B" }, geometry: { type: "LineString", coordinates: [[1, 2], [3, 4]] } },
      { type: "Feature", id: "B-C", properties: { table: "link", mode: "sea", from_place: "B", to_place: "C" }, geometry: { type: "LineString", coordinates: [[3, 4], [5, -6]] } },
      { type: "Feature", id: "A", properties: { table: "place", kind: "port", name: "A" }, geometry: { type: "Point", coordinates: [1, 2] } },
    ],
  };

  test("a01 links with their paint, and the rest as the rest", () => {
    const links = drawn(data, ["link"], new Map([["A-B", { width: 4 }]]), { opacity: 0.2 }).features.map(({ properties }) => properties);
    expect(links).toMatchObject([{ key: "A-B", width: 4, mode: "rail" }, { key: "B-C", opacity: 0.2 }]);
    expect(links[0]).not.toHaveProperty("opacity");
    expect(data.features[0]!.properties).toEqual({ table: "link", mode: "rail", from_place: "A", to_place: "B" });
  });

  test("a03 what is only planned is drawn where a view asks for it", () => {
    const planned = structuredClone(data);
    planned.features[0]!.properties.state = "planned";
    const ids = (paints?: Map<string, object>): unknown[] => drawn(planned, ["link"], paints).features.map(({ id }) => id);
    expect(ids()).toEqual(["B-C"]);
    expect(ids(new Map([["A-B", {}]]))).toEqual(["A-B", "B-C"]);
  });

  test("a02 nothing of nothing", () => expect(drawn(null, ["link"]).features).toEqual([]));

  test("a04 a name is given room by how many links meet there", () => {
    const ends = ["A", "B"].map((id) => ({ ...data.features[2]!, id }));
    const places = drawn({ ...data, features: [...data.features.slice(0, 2), ...ends] }, ["place"]).features;
    expect(places.map(({ id, properties }) => [id, properties.order])).toEqual([["A", -1], ["B", -2]]);
  });

  test("b01 bounds hold every point, of any depth", () => {
    expect(boundsOf(data.features.map(({ geometry }) => geometry))).toEqual([1, -6, 5, 4]);
    expect(boundsOf([null, undefined])).toBeNull();
  });

  test("b02 a camera is read back, and nonsense is none", () => {
    expect(parseCamera(printCamera({ lon: 52.1, lat: 40.3, zoom: 4.25 }))).toEqual({ lon: 52.1, lat: 40.3, zoom: 4.25 });
    for (const nonsense of ["", "1,2", "a,b,c", "1,99,3", "1,2,-3"]) expect(parseCamera(nonsense)).toBeNull();
  });
});
