/** The views of the studio, by their path; each is fetched when it is opened. */
import type { Component } from "svelte";

export interface View {
  path: string;
  /** Key of its name in the catalogue. */
  name: string;
  load: () => Promise<{ default: Component }>;
}

export const VIEWS: readonly View[] = [
  { path: "/plan", name: "view.plan", load: () => import("./views/Plan.svelte") },
  { path: "/corridor", name: "view.corridor", load: () => import("./views/Corridor.svelte") },
  { path: "/simulate", name: "view.simulate", load: () => import("./views/Simulate.svelte") },
  { path: "/compare", name: "view.compare", load: () => import("./views/Compare.svelte") },
  { path: "/trade", name: "view.trade", load: () => import("./views/Trade.svelte") },
  { path: "/power", name: "view.power", load: () => import("./views/Power.svelte") },
  { path: "/commitments", name: "view.commitments", load: () => import("./views/Commitments.svelte") },
];

export const FIRST = "/plan";
