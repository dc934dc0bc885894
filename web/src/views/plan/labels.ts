/** Which names fit beside the points of a chart without lying on one another. */

export interface Named {
  x: number;
  y: number;
  text: string;
}

const LETTER = 6.1; // at 12 px, wide enough for most
const HEIGHT = 13;
const DOT = 4; // half a point, a little less than where its name begins
/** How far aside of its point a name begins or ends, px. */
export const ASIDE = 5;
/** Where a name may stand: from its point to the right or to the left, and how far below it (above: less than 0), px. */
export const CORNERS = [
  { anchor: "start", dy: -10 },
  { anchor: "end", dy: -10 },
  { anchor: "start", dy: 11 },
  { anchor: "end", dy: 11 },
] as const;
export type Placed<T> = T & (typeof CORNERS)[number];

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const hit = (one: Box, other: Box): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

/**
 * A corner for each name, in pixels. The earlier ones choose first; one that finds no room within `width` and `height`
 * is left out.
 */
export function placed<T extends Named>(points: readonly T[], width: number, height: number): Placed<T>[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - DOT, right: x + DOT, top: y - DOT, bottom: y + DOT }));
  return points.flatMap((point) => {
    const wide = point.text.length * LETTER;
    for (const corner of CORNERS) {
      const left = corner.anchor === "start" ? point.x + ASIDE : point.x - ASIDE - wide;
      const middle = point.y + corner.dy;
      const box = { left, right: left + wide, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 };
      const inside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height;
      if (!inside || taken.some((other) => hit(box, other))) continue;
      taken.push(box);
      return [{ ...point, ...corner }];
    }
    return [];
  });
}
