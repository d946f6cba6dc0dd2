import { describe, expect, test } from "bun:test";
import { HealthTracker } from "../../src/server/health.ts";
import { manualClock } from "../support/manual-clock.ts";

describe("what the tracker remembers", () => {
  test("starts with zeros and no last times", () => {
    const snapshot = new HealthTracker(manualClock()).snapshot();
    for (const value of Object.values(snapshot)) expect(value === 0 || value === null).toBe(true);
  });

  test("counts each kind of event apart, in total and over the window", () => {
    const clock = manualClock();
    const tracker = new HealthTracker(clock);
    tracker.received(100);
    tracker.decodeErrors(2);
    tracker.oldDataDecodeErrors(3);
    tracker.payloadMissing(4);
    tracker.infrastructureError();
    tracker.dropped(6);
    tracker.sendFailed();
    tracker.sendTimeout();
    clock.advance(130_000);
    tracker.received(7);
    clock.advance(500);
    expect(tracker.snapshot()).toEqual({
      uptimeSeconds: 130.5,
      received: 107,
      receivedInWindow: 7,
      lastReceivedAgoSeconds: 0.5,
      decodeErrors: 2,
      decodeErrorsInWindow: 0,
      oldDataDecodeErrors: 3,
      payloadMissing: 4,
      infrastructureErrors: 1,
      lastInfrastructureErrorAgoSeconds: 130.5,
      dropped: 6,
      droppedInWindow: 0,
      lastDropAgoSeconds: 130.5,
      sendFailed: 1,
      sendFailedInWindow: 0,
      sendTimeout: 1,
      sendTimeoutInWindow: 0,
    });
  });

  test("takes an empty batch for no message at all", () => {
    const tracker = new HealthTracker(manualClock());
    tracker.received(0);
    expect(tracker.snapshot().lastReceivedAgoSeconds).toBeNull();
  });
});
