/** Differences with their sign, and with as many digits as a reader needs. */
import { figure, language } from "$lib/language.svelte";

const LARGE = 1e6;

/** A number as it fits into a narrow table: millions and more in short, with four figures. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) < LARGE) return figure(value, digitsFor(value));
  return value.toLocaleString(language(), { notation: "compact", maximumSignificantDigits: 4 });
}

/** None from a hundred on, else so that three figures of it are seen. */
export function digitsFor(value: number | null | undefined): number {
  if (!value || !Number.isFinite(value)) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

/** `+1,234` or `−0.56`; a dash for what is missing. */
export function signed(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return (value > 0 ? "+" : value < 0 ? "−" : "") + (digits === undefined ? short(size) : figure(size, digits));
}

/** `2028-12` as Dec 2028; anything else stays as it is. */
export function monthOf(written: string, language: string): string {
  const found = /^(\d{4})-(\d{2})$/.exec(written);
  if (!found) return written;
  const date = new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, 1));
  return new Intl.DateTimeFormat(language, { timeZone: "UTC", year: "numeric", month: "short" }).format(date);
}

/** A name with so many letters at the most: its end, which may be the other end of a way, is kept as well. */
function cut(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const [from, to] = name.split(" → ");
  const half = Math.floor((longest - 5) / 2);
  if (from && to) {
    const room = Math.max(half, longest - 4 - Math.min(from.length, to.length));
    return [from, to].map((end) => (end.length > room ? `${end.slice(0, room)}…` : end)).join(" → ");
  }
  return `${name.slice(0, half + 2)}…${name.slice(name.length - half)}`;
}

/** Pixels kept for names beside a chart, and how much of a name goes there. */
export function margin(width: number, wanted: number): { pixels: number; cut: (name: string) => string } {
  const pixels = Math.round(Math.min(wanted, width * 0.42));
  const longest = Math.floor(pixels / 6.4);
  return { pixels, cut: (name) => cut(name, longest) };
}
