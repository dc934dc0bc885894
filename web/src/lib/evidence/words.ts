/** How evidence is put into words: names of columns, dates as exact as they are known, formulas with their facts. */
import type { RowPage } from "./documents";

/** A value of a fact as the language writes it; what is no number, or may be a year, stays as its source has it. */
export function stated(value: string, language: string): string {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || /^(1[89]|20|21)\d\d$/.test(value)) return value;
  return number.toLocaleString(language, { maximumFractionDigits: 6 });
}

/** Digits after the point so that three figures of a number are seen, and none of a whole one. */
export function digitsOf(value: number): number {
  if (!Number.isFinite(value) || value === 0 || Number.isInteger(value)) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

/** 2024, March 2024 or 12 March 2024: as exact as it is known. Anything else stays as it is. */
export function dateOf(written: string, language: string): string {
  const found = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(written);
  if (!found) return written;
  const [, year, month, day] = found;
  if (!month) return written;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1)));
  if (date.getUTCMonth() !== Number(month) - 1) return written; // no such day
  const style: Intl.DateTimeFormatOptions = { timeZone: "UTC", year: "numeric", month: "long" };
  if (day) style.day = "numeric";
  return new Intl.DateTimeFormat(language, style).format(date);
}

/** `wait_h` without its unit, as words: for a column that the catalogue has no name for. */
export function plainColumn(column: string): string {
  const bare = column.replace(/_(h|km|kmh|usd|mm|d|t|teu|pct|year)$/, "").replaceAll("_", " ");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** Units as they are read: `1/d` is what happens a day. */
export function unitOf(unit: string | null | undefined): string {
  const known: Record<string, string> = { "1/d": "/d", "1/month": "/month" };
  return known[unit ?? ""] ?? unit ?? "";
}

/** What a row is called: its name, or its parts. */
export function rowName(page: Pick<RowPage, "row" | "cells">): string {
  const { name } = page.cells;
  return typeof name === "string" && name ? name : page.row;
}

export interface Piece {
  text: string;
  /** Id of the fact that the text names. */
  fact?: string;
}

const escaped = (id: string): string => id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A note in pieces, those that name one of these facts apart, so that they can be pressed. */
export function pieces(note: string, facts: readonly string[]): Piece[] {
  if (!facts.length) return note ? [{ text: note }] : [];
  const longest = facts.toSorted((one, other) => other.length - one.length);
  const named = new RegExp(`(?<![\\w-])(?:${longest.map(escaped).join("|")})(?![\\w-])`, "g");
  const found: Piece[] = [];
  let from = 0;
  for (const hit of note.matchAll(named)) {
    if (hit.index > from) found.push({ text: note.slice(from, hit.index) });
    found.push({ text: hit[0], fact: hit[0] });
    from = hit.index + hit[0].length;
  }
  if (from < note.length) found.push({ text: note.slice(from) });
  return found;
}

/** The note of a number parted: its formula, where it begins with one, and what is said about it after that. */
export function formulaOf(note: string): { formula: string; reasoning: string } {
  const cut = note.indexOf("; ");
  const first = (cut < 0 ? note : note.slice(0, cut)).replace(/^= */, "");
  const sum = / [*/+-] |\w\(/.test(first) || /^[$A-Z]\S*\d\S*$|^\$\S+$/.test(first);
  const sentence = / [a-z]+ [a-z]+ [a-z]+ /.test(first);
  return sum && !sentence
    ? { formula: first, reasoning: cut < 0 ? "" : note.slice(cut + 2) }
    : { formula: "", reasoning: note };
}

/** Only addresses of the web are links; anything else that a package may say is text. */
export const isLink = (url: string): boolean => /^https?:\/\/[^\s]+$/i.test(url);
