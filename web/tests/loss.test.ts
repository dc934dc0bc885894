import { describe, expect, it } from "vitest";
import type { LossRow } from "../src/views/trade/documents";
import { ofPartner, parts, shareOf } from "../src/views/trade/loss";

const row = (country: string, trade_t: number, rerouted_t: number, unserved_t: number, crowded_t = 0): LossRow => ({
  country, trade_t, hit_t: rerouted_t + unserved_t, rerouted_t, unserved_t, crowded_t, days_before: null, days_after: null, queue_days_after: null, extra_usd_teu: null, taken_t: 0,
});

describe("what is lost", () => {
  it("is a share of the country's own tonnes", () => {
    expect(shareOf(row("AZ", 200, 30, 20), "hit")).toBe(0.25);
    expect(shareOf(row("AZ", 200, 30, 20), "unserved")).toBe(0.1);
  });
  it("is nought of nought", () => {
    expect(shareOf(row("AZ", 0, 0, 0), "hit")).toBe(0);
  });
  it("is drawn in parts, without those of nought, in the order of the kinds", () => {
    expect(parts([row("AZ", 100, 10, 20), row("GE", 100, 0, 50, 5)])).toEqual([
      { country: "AZ", kind: "rerouted", share: 0.1 },
      { country: "AZ", kind: "unserved", share: 0.2 },
      { country: "GE", kind: "unserved", share: 0.5 },
      { country: "GE", kind: "crowded", share: 0.05 },
    ]);
  });
  it("may be taken over by others where a partner is among what goes", () => {
    expect(ofPartner("partner:CN")).toBe(true);
    expect(ofPartner("place:POTI + partner:CN")).toBe(true);
    expect(ofPartner("place:POTI+waters:Caspian Sea")).toBe(false);
  });
});
