/** West, south, east, north in degrees. */
export type Bounds = readonly [number, number, number, number];

type Coordinates = readonly number[] | readonly Coordinates[];

/** What holds all the points of these geometries (GeoJSON, no collections of them); null when there are none. */
export function boundsOf(geometries: Iterable<object | null | undefined>): Bounds | null {
  let found: [number, number, number, number] | null = null;
  const add = (coordinates: Coordinates): void => {
    const [lon, lat] = coordinates;
    if (typeof lon === "number" && typeof lat === "number") {
      found ??= [lon, lat, lon, lat];
      found = [Math.min(found[0], lon), Math.min(found[1], lat), Math.max(found[2], lon), Math.max(found[3], lat)];
    } else {
      for (const inner of coordinates) add(inner as Coordinates);
    }
  };
  for (const geometry of geometries) if (geometry && "coordinates" in geometry) add(geometry.coordinates as Coordinates);
  return found;
}

export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
}

/** A camera as the query string holds it: `52.1,40.3,4.2`; null when it is not one. */
export function parseCamera(written: string): Camera | null {
  const [lon, lat, zoom] = written.split(",").map(Number);
  if (lon === undefined || lat === undefined || zoom === undefined) return null;
  const sound = Math.abs(lon) <= 540 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 24;
  return sound ? { lon, lat, zoom } : null;
}

export const printCamera = ({ lon, lat, zoom }: Camera): string => `${lon.toFixed(3)},${lat.toFixed(3)},${zoom.toFixed(2)}`;
