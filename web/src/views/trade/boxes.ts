/** Trade in boxes: the rows of the table, and months for its chart. */
import type { BoxedGoods, BoxedWay, Boxes } from "./documents";

export interface GoodsRow extends BoxedGoods {
  exporter: string;
  importer: string;
}

export interface MonthBar {
  exporter: string;
  importer: string;
  /** 1 is January. */
  month: number;
  teu: number;
}

/** Goods of both ways, those with most boxes first in each. */
export const goodsOf = (boxes: Boxes): GoodsRow[] =>
  boxes.ways.flatMap(({ exporter, importer, rows }) =>
    rows.toSorted((one, other) => other.teu - one.teu || other.tonnes - one.tonnes).map((row) => ({ ...row, exporter, importer })),
  );

/** TEU of every month and way; none of a way without boxes. */
export const monthsOf = (boxes: Boxes): MonthBar[] =>
  boxes.ways
    .filter(({ teu }) => teu > 0)
    .flatMap(({ exporter, importer, months_teu }) => months_teu.map((teu, n) => ({ exporter, importer, month: n + 1, teu })));

/** Whether a way's mix is not its own: then it is said beside it. */
export const standsIn = ({ mix }: BoxedWay): boolean => mix?.ground === "exporter" || mix?.ground === "general";
