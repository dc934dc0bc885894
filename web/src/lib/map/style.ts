/** The map's style, made in code: the ground, the corridor's lines by mode, places and names. Nothing is fetched from elsewhere. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import bordersUrl from "../../../generated/borders.geojson?url";
import coastUrl from "../../../generated/coast.geojson?url";
import lakesUrl from "../../../generated/lakes.geojson?url";
import landUrl from "../../../generated/land.geojson?url";
import riversUrl from "../../../generated/rivers.geojson?url";
import { modeColour, type Look } from "../colours";

export const FONT = ["Noto Sans"];
const STRONG = ["Noto Sans SemiBold"];

const GROUND = {
  light: { ocean: "#d9e6ec", land: "#f6f4ee", coast: "#b3c6cf", border: "#8d969b", water: "#d9e6ec", ink: "#26343d", halo: "#f6f4ee", sea: "#47697a", pale: "#59666e" },
  dark: { ocean: "#0c1720", land: "#1a2731", coast: "#32495a", border: "#6d7f8b", water: "#0f1f2b", ink: "#e4ecf1", halo: "#14202a", sea: "#7fa3b5", pale: "#9fb0bb" },
} as const satisfies Record<Look, Record<string, string>>;

const MODES = ["rail", "sea", "road", "inland_waterway", "air"];
const empty = { type: "FeatureCollection" as const, features: [] };

/** `colour` and `width` of a feature itself where it has them, else those of its mode. */
function lineColour(look: Look): ExpressionSpecification {
  const byMode = MODES.flatMap((mode) => [mode, modeColour(mode, look)]);
  const chosen: unknown = ["match", ["get", "mode"], ...byMode, modeColour("", look)];
  return ["coalesce", ["get", "colour"], chosen] as ExpressionSpecification;
}

/** Where a view says nothing of it, railways are the strongest. */
const width: ExpressionSpecification = ["coalesce", ["get", "width"], ["match", ["get", "mode"], "rail", 1.6, "sea", 1.4, 1]];
const lineWidth: ExpressionSpecification = [
  "interpolate", ["linear"], ["zoom"], 2, ["*", 0.7, width], 6, ["*", 1.4, width], 9, ["*", 2, width],
];

const drawnModes = (modes: readonly string[]): ExpressionSpecification => ["in", ["get", "mode"], ["literal", [...modes]]];

/** Sources: land, lakes, rivers, borders, names (ours); corridor (links), places, selected (the view's). */
export function style(look: Look): StyleSpecification {
  const colour = GROUND[look];
  const geo = (data: string | typeof empty) => ({ type: "geojson" as const, data, tolerance: 0.2 });
  return {
    version: 8,
    sources: {
      land: geo(landUrl), coast: geo(coastUrl), lakes: geo(lakesUrl), rivers: geo(riversUrl), borders: geo(bordersUrl),
      names: geo(empty), corridor: { ...geo(empty), promoteId: "key" }, places: { ...geo(empty), promoteId: "key" },
    },
    layers: [...ground(colour), ...corridor(look, colour), ...names(colour)],
  };
}

type Ground = Record<keyof (typeof GROUND)["light"], string>;

function ground(colour: Ground): LayerSpecification[] {
  return [
    { id: "ocean", type: "background", paint: { "background-color": colour.ocean } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": colour.land } },
    { id: "lakes", type: "fill", source: "lakes", paint: { "fill-color": colour.water } },
    { id: "rivers", type: "line", source: "rivers", minzoom: 3.5, paint: { "line-color": colour.coast, "line-width": 0.7, "line-opacity": 0.8 } },
    { id: "coast", type: "line", source: "coast", paint: { "line-color": colour.coast, "line-width": 0.7 } },
    { id: "lake-shore", type: "line", source: "lakes", paint: { "line-color": colour.coast, "line-width": 0.5 } },
    { id: "borders", type: "line", source: "borders", paint: { "line-color": colour.border, "line-width": 0.8, "line-opacity": 0.7, "line-dasharray": [3, 2.5] } },
  ];
}

function corridor(look: Look, colour: Ground): LayerSpecification[] {
  const line = (id: string, modes: readonly string[], opacity: number, dash?: number[]): LayerSpecification => ({
    id, type: "line", source: "corridor", filter: drawnModes(modes),
    layout: { "line-cap": dash ? "butt" : "round", "line-join": "round", "line-sort-key": ["coalesce", ["get", "width"], 0] },
    paint: { "line-color": lineColour(look), "line-width": lineWidth, "line-opacity": ["coalesce", ["get", "opacity"], opacity], ...(dash ? { "line-dasharray": dash } : {}) },
  });
  return [
    { id: "selected-line", type: "line", source: "corridor", filter: ["==", ["get", "key"], ""], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": look === "light" ? "#f2b33d" : "#ffd27a", "line-width": ["+", 6, ["coalesce", ["get", "width"], 1.5]], "line-opacity": 0.9 } },
    line("air", ["air"], 0.4, [1, 3]),
    line("sea", ["sea", "inland_waterway"], 0.8, [3, 1.6]),
    line("roads", ["road"], 0.55),
    line("rails", ["rail"], 0.9),
    // Wider than it looks, so that a finger or a mouse can hit a thin line.
    { id: "links-hit", type: "line", source: "corridor", paint: { "line-color": "#000", "line-opacity": 0, "line-width": 14 } },
    { id: "places", type: "circle", source: "places", paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 2, ["*", 0.5, ["coalesce", ["get", "radius"], 3]], 6, ["coalesce", ["get", "radius"], 3.6]],
      "circle-color": ["coalesce", ["get", "colour"], colour.land], "circle-stroke-color": colour.ink,
      "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 2, 0.6, 6, 1.2],
      "circle-opacity": ["coalesce", ["get", "opacity"], 1], "circle-stroke-opacity": ["coalesce", ["get", "opacity"], 1] } },
    { id: "selected-place", type: "circle", source: "places", filter: ["==", ["get", "key"], ""], paint: { "circle-radius": 9, "circle-color": "#f2b33d", "circle-opacity": 0.45, "circle-stroke-color": look === "light" ? "#8a5300" : "#ffd27a", "circle-stroke-width": 2 } },
  ];
}

/** Seen from afar, only junctions have a name, and what a view names. */
const worthAName: ExpressionSpecification = [
  "any", ["to-boolean", ["get", "named"]],
  [">=", ["*", -1, ["coalesce", ["get", "order"], -99]], ["step", ["zoom"], 7, 2, 5, 3, 4, 4, 3, 5, 2, 6, 0]],
];

/** The last has the first call on the room: countries before places, places before seas. */
function names(colour: Ground): LayerSpecification[] {
  const halo = { "text-halo-color": colour.halo, "text-halo-width": 1.4 };
  const ranked: ExpressionSpecification = ["<=", ["get", "rank"], ["zoom"]];
  const kind = (name: string): ExpressionSpecification => ["all", ["==", ["get", "kind"], name], ranked];
  return [
    { id: "sea-names", type: "symbol", source: "names", filter: kind("sea"), layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-letter-spacing": 0.12, "text-max-width": 7 }, paint: { "text-color": colour.sea, "text-halo-color": colour.ocean, "text-halo-width": 1 } },
    { id: "place-names", type: "symbol", source: "places", filter: worthAName, layout: { "text-field": ["get", "name"], "text-font": STRONG, "text-size": ["interpolate", ["linear"], ["zoom"], 3, 11, 7, 13], "text-padding": 4, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.6, "text-justify": "auto", "text-max-width": 9, "symbol-sort-key": ["coalesce", ["get", "order"], 9], "text-optional": true }, paint: { "text-color": colour.ink, ...halo } },
    { id: "country-names", type: "symbol", source: "names", filter: kind("country"), layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 2, 10.5, 6, 14], "text-letter-spacing": 0.08, "text-transform": "uppercase", "text-max-width": 8 }, paint: { "text-color": colour.pale, ...halo } },
  ];
}
