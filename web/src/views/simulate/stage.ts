/** Layers of deck.gl: what is closed, who waits, what moves. A file of its own, so that it is fetched where it is played. */
import type { Layer, LayerProps, PickingInfo } from "@deck.gl/core";
import { PathLayer, ScatterplotLayer, type ScatterplotLayerProps } from "@deck.gl/layers";
import { modeColour, rgb, type Look } from "$lib/colours";
import { queuePx, type Closure, type Dots, type Film, type Spot, type Waiting } from "./film";

type Point = readonly [number, number];
type Rgba = [number, number, number, number];

/** Dots of another shape than a circle: the distance from their middle is measured otherwise. */
const DISTANCE = "length(unitPosition)";
const SHAPES: Record<string, string> = {
  road: "max(abs(unitPosition.x), abs(unitPosition.y))",
  sea: "(abs(unitPosition.x) + abs(unitPosition.y))",
  inland_waterway: "(abs(unitPosition.x) + abs(unitPosition.y))",
};
/** So that all shapes have about the area of a circle of their radius. */
const GROWN: Record<string, number> = { road: 0.9, sea: 1.3, inland_waterway: 1.3 };

class RoadLayer extends ScatterplotLayer {
  static override layerName = "RoadLayer";
  override getShaders() {
    return shaped(super.getShaders(), "road");
  }
}

class SeaLayer extends ScatterplotLayer {
  static override layerName = "SeaLayer";
  override getShaders() {
    return shaped(super.getShaders(), "sea");
  }
}

function shaped(shaders: { fs: string }, kind: string): { fs: string } {
  return { ...shaders, fs: shaders.fs.replace(DISTANCE, SHAPES[kind]!) };
}

function layerOf(kind: string): new (props: ScatterplotLayerProps & LayerProps) => Layer {
  return kind === "road" ? RoadLayer : kind in SHAPES ? SeaLayer : ScatterplotLayer;
}

const INK: Record<Look, { paper: Rgba; units: Rgba; unitsRing: Rgba; vehicles: Rgba; closed: Rgba; mark: Rgba }> = {
  light: {
    paper: [255, 255, 255, 235],
    units: [168, 50, 31, 62],
    unitsRing: [168, 50, 31, 215],
    vehicles: [90, 30, 120, 230],
    closed: [110, 60, 160, 85],
    mark: [23, 36, 45, 255],
  },
  dark: {
    paper: [12, 23, 32, 235],
    units: [255, 156, 134, 62],
    unitsRing: [255, 156, 134, 215],
    vehicles: [214, 170, 245, 235],
    closed: [190, 150, 240, 80],
    mark: [255, 255, 255, 255],
  },
};

export interface Scene {
  film: Film;
  look: Look;
  waiting: readonly Waiting[];
  closed: readonly Closure[];
  /** Where places are. */
  places: ReadonlyMap<string, Point>;
  /** Lines of links. */
  lines: ReadonlyMap<string, readonly Point[]>;
  /** Places of facilities. */
  facilities: ReadonlyMap<string, string>;
  /** The vehicle that is followed. */
  spot: Spot | null;
  onvehicle: (name: string) => void;
  onplace: (place: string) => void;
}

/** Makes the layers of each frame, and keeps those in which nothing has changed. */
export class Stage {
  private kept = new Map<string, { of: readonly unknown[]; layers: Layer[] }>();
  private colours = new WeakMap<Dots, { fill: Uint8Array; line: Uint8Array; radii: Float32Array }>();

  layers(scene: Scene): Layer[] {
    return [
      ...this.same("closed", [scene.closed, scene.look, scene.places, scene.lines, scene.film], () => closedLayers(scene)),
      ...this.same("waiting", [scene.waiting, scene.look, scene.places], () => waitingLayers(scene)),
      ...scene.film.dots.filter((dots) => dots.n > 0).map((dots) => this.moving(dots, scene)),
      ...(scene.spot ? [markLayer(scene.spot, scene.look)] : []),
    ];
  }

  private same(name: string, of: readonly unknown[], make: () => Layer[]): Layer[] {
    const kept = this.kept.get(name);
    if (kept && kept.of.every((one, k) => one === of[k])) return kept.layers;
    const layers = make();
    this.kept.set(name, { of, layers });
    return layers;
  }

  /** Laden ones are filled, empty ones hollow. */
  private moving(dots: Dots, scene: Scene): Layer {
    const { film, look, onvehicle } = scene;
    const { fill, line, radii } = this.painted(dots, look);
    const Shape = layerOf(dots.kind);
    return new Shape({
      id: `moving-${dots.kind}`,
      data: {
        length: dots.n,
        attributes: {
          getPosition: { value: dots.positions.subarray(0, 2 * dots.n), size: 2 },
          getRadius: { value: radii.subarray(0, dots.n), size: 1 },
          getFillColor: { value: fill.subarray(0, 4 * dots.n), size: 4, normalized: true },
          getLineColor: { value: line.subarray(0, 4 * dots.n), size: 4, normalized: true },
        },
      } as never,
      radiusUnits: "pixels",
      lineWidthUnits: "pixels",
      getLineWidth: 0.9,
      stroked: true,
      pickable: true,
      onClick: (info: PickingInfo) => {
        if (info.index >= 0 && info.index < dots.n) onvehicle(film.name(dots.moves[info.index]!));
        return true;
      },
    });
  }

  private painted(dots: Dots, look: Look): { fill: Uint8Array; line: Uint8Array; radii: Float32Array } {
    let found = this.colours.get(dots);
    if (!found) {
      const room = dots.radii.length;
      found = { fill: new Uint8Array(4 * room), line: new Uint8Array(4 * room), radii: new Float32Array(room) };
      this.colours.set(dots, found);
    }
    const colour = rgb(modeColour(dots.kind, look));
    const paper = INK[look].paper;
    const grown = GROWN[dots.kind] ?? 1;
    for (let k = 0; k < dots.n; k++) {
      const laden = dots.laden[k] === 1;
      found.fill.set(laden ? colour : paper, 4 * k);
      found.line.set(laden ? paper : colour, 4 * k);
      found.radii[k] = dots.radii[k]! * grown;
    }
    return found;
  }
}

function waitingLayers({ waiting, look, places, onplace }: Scene): Layer[] {
  const drawn = waiting.filter((one) => places.has(one.place));
  const at = (one: Waiting): [number, number] => [...places.get(one.place)!] as [number, number];
  const common = { radiusUnits: "pixels", lineWidthUnits: "pixels", stroked: true, getPosition: at } as const;
  return [
    new ScatterplotLayer<Waiting>({
      ...common,
      id: "waiting-units",
      data: drawn.filter((one) => one.units > 0),
      getRadius: (one) => queuePx(one.units),
      getFillColor: INK[look].units,
      getLineColor: INK[look].unitsRing,
      getLineWidth: 1.4,
      pickable: true,
      onClick: (info) => {
        if (info.object) onplace((info.object as Waiting).place);
        return true;
      },
    }),
    new ScatterplotLayer<Waiting>({
      ...common,
      id: "waiting-vehicles",
      data: drawn.filter((one) => one.vehicles > 0),
      getRadius: (one) => 3 + queuePx(one.vehicles * 10),
      filled: false,
      getLineColor: INK[look].vehicles,
      getLineWidth: 1.8,
    }),
  ];
}

/** Storms and bans: a broad shade on the line, or around the place, of what they stop. */
function closedLayers({ closed, look, places, lines, facilities, film }: Scene): Layer[] {
  const points = closed.flatMap((one) =>
    one.stops
      .map((id) => places.get(one.table === "facility" ? (facilities.get(id) ?? "") : one.table === "place" ? id : ""))
      .filter((point): point is Point => point !== undefined),
  );
  const paths = closed.flatMap((one) =>
    one.table === "link"
      ? one.stops.map((id) => lines.get(id)).filter((line): line is readonly Point[] => line !== undefined)
      : one.table === "service"
        ? servicePaths(film, one.stops)
        : [],
  );
  return [
    new PathLayer<readonly Point[]>({
      id: "closed-lines",
      data: paths,
      getPath: (path) => path as never,
      getColor: INK[look].closed,
      getWidth: 14,
      widthUnits: "pixels",
      capRounded: true,
    }),
    new ScatterplotLayer<Point>({
      id: "closed-places",
      data: points,
      getPosition: (point) => [...point] as [number, number],
      getRadius: 26,
      radiusUnits: "pixels",
      stroked: true,
      lineWidthUnits: "pixels",
      getLineWidth: 1.5,
      getFillColor: INK[look].closed,
      getLineColor: INK[look].vehicles,
    }),
  ];
}

/** The lines that vehicles of a service take in this window. */
function servicePaths({ answer }: Film, services: readonly string[]): readonly (readonly Point[])[] {
  const wanted = new Set(services);
  const found = new Set<number>();
  answer.movements.service.forEach((service, move) => {
    if (wanted.has(answer.services[service]?.id ?? "")) found.add(answer.movements.path[move]!);
  });
  return [...found].map((path) => answer.paths[path]!.points);
}

function markLayer(spot: Spot, look: Look): Layer {
  return new ScatterplotLayer({
    id: "followed",
    data: [spot],
    getPosition: (one: Spot) => [one.lon, one.lat],
    getRadius: 13,
    radiusUnits: "pixels",
    filled: false,
    stroked: true,
    lineWidthUnits: "pixels",
    getLineWidth: 2.5,
    getLineColor: INK[look].mark,
    updateTriggers: { getPosition: [spot.lon, spot.lat] },
  });
}
