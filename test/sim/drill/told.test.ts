import { describe, expect, test } from "bun:test";
import type { Notification } from "../../../sim/drill/notifications.ts";
import { judgedByNotifications, type Told, toldOf } from "../../../sim/drill/told.ts";
import { unprovenAlert } from "../../../sim/verify/judge.ts";
import type { AlertProof } from "../../../sim/verify/report/report.ts";
import { slowRedis } from "./drill-rig.ts";
import { START_MS } from "./prometheus-answers.ts";

const scenario = slowRedis();
const [expectation] = scenario.expect;

/** Proven: fired at 100 s, resolved at 200 s. */
function proof(parts: Partial<AlertProof> = {}): AlertProof {
  if (!expectation) throw new Error("the scenario expects an alert");
  return {
    ...unprovenAlert(expectation, scenario, { known: new Map(), reason: "" }),
    proven: true,
    firing_at_s: 100,
    resolved_at_s: 200,
    labels: { alertname: "Lag", tenant_id: "a" },
    reasons: [],
    ...parts,
  };
}

function told(parts: Partial<Told> = {}): Told {
  return { notified_at_s: 110, resolved_notified_at_s: 210, receivers: ["p1"], muted_by: [], ...parts };
}

describe("people are told of an alert", () => {
  const labels = { alertname: "Lag", tenant_id: "a", cluster: "prod" };
  const message = (atS: number, parts: Partial<Notification> = {}): Notification => ({
    atMs: START_MS + atS * 1000,
    receiver: "p1",
    status: "firing",
    alert: "Lag",
    labels,
    ...parts,
  });
  const messages = (...notifications: readonly Notification[]) => ({
    startMs: START_MS,
    notifications,
    muted: [],
  });

  test("when its first notification comes, and again when it resolves", () => {
    const all = messages(
      message(110),
      message(170, { receiver: "p0" }),
      message(211, { status: "resolved" }),
      message(220, { status: "resolved" }),
    );
    expect(toldOf(proof(), all)).toEqual({
      notified_at_s: 110,
      resolved_notified_at_s: 211,
      receivers: ["p1", "p0"],
      muted_by: [],
    });
  });

  test("not by what is of another alert, of another instance, or of the scenario before", () => {
    const all = messages(
      message(-1),
      message(120, { alert: "Other" }),
      message(120, { labels: { ...labels, tenant_id: "b" } }),
    );
    expect(toldOf(proof(), all)).toMatchObject({ notified_at_s: null, receivers: [] });
  });

  test("unless others mute it, whose names are given once each", () => {
    const muted = [
      { labels, by: ["Worse", "Down"] },
      { labels, by: ["Down"] },
      { labels: { ...labels, tenant_id: "b" }, by: ["Elsewhere"] },
      { labels: { alertname: "Other", tenant_id: "a" }, by: ["Elsewhere"] },
    ];
    expect(toldOf(proof(), { ...messages(), muted }).muted_by).toEqual(["Down", "Worse"]);
  });
});

describe("an alert is proven", () => {
  const judged = (given: Partial<Told>, of: Partial<AlertProof> = {}) => {
    const { proven, reasons } = judgedByNotifications(proof(of), told(given), 60_000);
    return { proven, reasons };
  };
  const PROVEN = { proven: true, reasons: [] };

  test("if people were told in time, up to the limit", () => {
    expect(judged({})).toEqual(PROVEN);
    expect(judged({ notified_at_s: 160, resolved_notified_at_s: 260 })).toEqual(PROVEN);
  });

  test("not if nobody was told", () => {
    expect(judged({ notified_at_s: null, resolved_notified_at_s: null })).toEqual({
      proven: false,
      reasons: ["nobody was notified that it fired", "nobody was notified that it resolved"],
    });
    expect(judged({ resolved_notified_at_s: null }).reasons).toEqual([
      "nobody was notified that it resolved",
    ]);
  });

  test("not if they were told too late", () => {
    expect(judged({ notified_at_s: 160.5, resolved_notified_at_s: 300 })).toEqual({
      proven: false,
      reasons: ["it took 60.5 s to notify that it fired", "it took 100.0 s to notify that it resolved"],
    });
  });

  test("although nobody was told, if another one muted it", () => {
    const silent = { notified_at_s: null, resolved_notified_at_s: null };
    expect(judged({ ...silent, muted_by: ["Worse"] })).toEqual(PROVEN);
  });

  test("not if it was muted for some time only, and then told of too late", () => {
    expect(judged({ notified_at_s: 170, muted_by: ["Worse"] }).proven).toBe(false);
  });

  test("without a word of its end, if it did not end", () => {
    expect(judged({ resolved_notified_at_s: null }, { resolved_at_s: null })).toEqual(PROVEN);
  });

  test("if it has fired for hours, as a dead man's switch does, and people are told of it again", () => {
    const always = { firing_at_s: -7_200, resolved_at_s: null };
    expect(judged({ notified_at_s: 50 }, always)).toEqual(PROVEN);
    expect(judged({ notified_at_s: 61 }, always).proven).toBe(false);
  });

  test("no more than it was before it was told of, and nothing is asked of one that did not fire", () => {
    expect(judged({}, { proven: false, reasons: ["it fired too late"] })).toEqual({
      proven: false,
      reasons: ["it fired too late"],
    });
    const never = { firing_at_s: null, resolved_at_s: null, proven: false, reasons: ["it never fired"] };
    expect(judged({ notified_at_s: null }, never).reasons).toEqual(["it never fired"]);
  });
});
