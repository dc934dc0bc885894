/** Distributions of times as the corridor package has them (docs/semantics.md, section 4): points of their density. */

export interface Point {
  /** Hours. */
  h: number;
  /** Density per hour. */
  density: number;
}

/** A time: what the package calls it, its mean in hours and its coefficient of variation. */
export interface Time {
  dist: string;
  mean_h: number;
  cv: number | null;
}

/** Spread of a service time whose cv is not given: the others count as even. */
const USUAL: Readonly<Record<string, number>> = { exponential: 1, triangular: 1 / Math.sqrt(6), deterministic: 0 };

/** The coefficient of variation that engines read. */
export function cvOf({ dist, cv }: Time): number {
  return dist === "deterministic" ? 0 : dist === "exponential" ? 1 : (cv ?? USUAL[dist] ?? 0);
}

/** Logarithm of the gamma function (Lanczos' approximation with g = 7 and nine terms), for x above 0. */
export function logGamma(x: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const sum = terms.reduce((all, term, i) => (i ? all + term / (z + i) : term), 0);
  const w = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(w) - w + Math.log(sum);
}

/** The density per hour at h hours; cv above 0. */
export function densityAt(h: number, time: Time): number {
  const { dist, mean_h: mean } = time;
  const cv = cvOf(time);
  if (h <= 0) return 0;
  if (dist === "lognormal") {
    const variance = Math.log(1 + cv * cv);
    const middle = Math.log(mean) - variance / 2;
    return Math.exp(-((Math.log(h) - middle) ** 2) / (2 * variance)) / (h * Math.sqrt(2 * Math.PI * variance));
  }
  if (dist === "triangular") {
    const half = mean * Math.min(cv, 1 / Math.sqrt(6)) * Math.sqrt(6);
    return Math.max(0, 1 - Math.abs(h - mean) / half) / half;
  }
  const shape = 1 / (cv * cv); // gamma; the exponential has a shape of 1
  const scale = mean / shape;
  return Math.exp((shape - 1) * Math.log(h) - h / scale - logGamma(shape) - shape * Math.log(scale));
}

/** Points of the density from nearly 0 to where next to nothing is beyond; none for a time that is always the same. */
export function density(time: Time, points = 160): Point[] {
  const cv = cvOf(time);
  if (cv === 0 || !(time.mean_h > 0)) return [];
  const end = time.mean_h * (1 + (time.dist === "triangular" ? 1 : Math.max(3.2 * cv, 0.15)));
  const begin = Math.max(0, time.mean_h * (1 - 5 * cv));
  return Array.from({ length: points }, (_, i) => {
    const h = begin + ((i + 0.5) / points) * (end - begin);
    return { h, density: densityAt(h, time) };
  });
}
