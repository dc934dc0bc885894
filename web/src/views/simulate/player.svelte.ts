/** The clock of what is played, and the windows of it that are fetched as they are needed. */
import { flushSync } from "svelte";
import { get } from "$lib/api/client";
import { Problems } from "$lib/api/problems";
import { Film, type Answer } from "./film";

/** Hours that are fetched at a time. */
export const WINDOW_H = 48;
/** Movements of a window at most; beyond it the service leaves out whole vehicles. */
export const MOST = 10_000;
/** Hours that pass in a second. */
export const SPEEDS = [1, 3, 6, 12, 24, 48] as const;
const KEPT = 4;
/** Of a window, from where on the next one is fetched. */
const AHEAD = 0.4;
const WRITE_MS = 2000;
/** A frame that took longer, as when the tab was away, does not make the clock jump. */
const LONGEST_STEP_S = 0.5;

/** What tests and measurements read. */
export interface Frames {
  count: number;
  /** Milliseconds of our own work in all frames: positions, layers, the page around them. */
  ms: number;
  /** Dots in the last frame. */
  moving: number;
}

export class Player {
  /** Hours since the start. */
  t = $state(0);
  playing = $state(false);
  speed = $state<number>(6);
  film = $state.raw<Film | null>(null);
  busy = $state(false);
  problems = $state.raw<Problems | null>(null);
  /** Rises with every frame that is to be drawn. */
  shown = $state(0);
  /** Movements under way. */
  moving = $state(0);

  private run = "";
  private replication = 0;
  private corridor = "";
  private hours = 0;
  private films = new Map<number, Film>();
  private asked = new Map<number, AbortController>();
  private frame = 0;
  private before = 0;
  private written = 0;
  private readonly frames: Frames = { count: 0, ms: 0, moving: 0 };

  /** `keep` is told the hour now and then, to be kept in the address. */
  constructor(private readonly keep: (t: number) => void) {}

  /** Play another run, or another replication of it. */
  open(run: string, replication: number, corridor: string, hours: number): void {
    this.close();
    Object.assign(this, { run, replication, corridor, hours });
    this.seek(this.t);
  }

  close(): void {
    this.pause();
    for (const control of this.asked.values()) control.abort();
    this.asked.clear();
    this.films.clear();
    this.run = "";
    this.film = null;
    this.problems = null;
    this.busy = false;
    this.moving = 0;
    this.shown += 1;
  }

  seek(t: number): void {
    this.t = Math.min(Math.max(0, t), this.hours || t);
    if (this.run) this.draw();
  }

  play(): void {
    if (!this.run || this.playing) return;
    if (this.t >= this.hours) this.t = 0;
    this.playing = true;
    this.before = 0;
    this.frame = requestAnimationFrame(this.tick);
  }

  pause(): void {
    cancelAnimationFrame(this.frame);
    if (this.playing) this.keep(this.t);
    this.playing = false;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  again(): void {
    this.problems = null;
    this.draw();
  }

  private readonly tick = (now: number): void => {
    const began = performance.now();
    const gone = this.before ? Math.min((now - this.before) / 1000, LONGEST_STEP_S) : 0;
    this.before = now;
    // Where the window is not there yet the clock waits for it.
    if (this.film?.holds(this.t)) this.t = Math.min(this.t + gone * this.speed, this.hours);
    this.draw();
    if (this.t >= this.hours) this.pause();
    flushSync();
    if (now - this.written > WRITE_MS) {
      this.written = now;
      this.keep(this.t);
    }
    this.count(performance.now() - began);
    if (this.playing) this.frame = requestAnimationFrame(this.tick);
  };

  private count(ms: number): void {
    this.frames.count += 1;
    this.frames.ms += ms;
    this.frames.moving = this.moving;
    if (window.__karvan) window.__karvan.frames = this.frames;
  }

  private draw(): void {
    const number = Math.min(Math.floor(this.t / WINDOW_H), Math.max(0, Math.ceil(this.hours / WINDOW_H) - 1));
    const film = this.films.get(number);
    if (film) this.film = film;
    else void this.fetch(number);
    if (this.t / WINDOW_H - number > AHEAD && (number + 1) * WINDOW_H < this.hours) void this.fetch(number + 1);
    if (this.film?.holds(this.t)) {
      this.moving = this.film.show(this.t);
      this.shown += 1;
    }
    this.busy = !film && !this.problems;
  }

  private async fetch(number: number): Promise<void> {
    if (this.films.has(number) || this.asked.has(number) || this.problems) return;
    const control = new AbortController();
    this.asked.set(number, control);
    const from_h = number * WINDOW_H;
    const query = {
      replication: this.replication,
      from_h,
      to_h: Math.min(from_h + WINDOW_H, Math.max(this.hours, from_h + 1)),
      most: MOST,
      corridor: this.corridor,
    };
    try {
      const path = "/api/runs/{run}/movements";
      const answer = (await get(path, { named: { run: this.run }, query, signal: control.signal })) as unknown as Answer;
      if (control.signal.aborted) return;
      this.films.set(number, new Film(answer));
      this.forget(number);
    } catch (thrown) {
      if (control.signal.aborted) return;
      this.problems = Problems.from(thrown);
      this.pause();
    } finally {
      if (this.asked.get(number) === control) this.asked.delete(number);
    }
    this.draw();
  }

  /** Keep the windows nearest to the last one. */
  private forget(number: number): void {
    const far = [...this.films.keys()].sort((a, b) => Math.abs(b - number) - Math.abs(a - number));
    for (const other of far.slice(0, Math.max(0, far.length - KEPT))) this.films.delete(other);
  }
}
