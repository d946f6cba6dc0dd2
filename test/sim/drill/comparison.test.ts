import { expect, test } from "bun:test";
import { compareTimelines } from "../../../sim/drill/comparison.ts";
import type { AlertProof } from "../../../sim/verify/report/report.ts";

const proof = (changes: Partial<AlertProof>): AlertProof => ({
  alert: "Lag",
  name: "Lag",
  scenario: "lag-high",
  severity: "high",
  proven: true,
  pending_at_s: 1,
  firing_at_s: 2,
  resolved_at_s: 3,
  detection_s: 2,
  unexpected: [],
  labels: {},
  annotations: {},
  reasons: [],
  instead: [],
  ...changes,
});

test("live times are those of virtual time after scaling", () => {
  expect(compareTimelines([proof({ detection_s: 5.5 })], [proof({ detection_s: 330 })], 60)).toEqual([
    {
      alert: "Lag",
      scenario: "lag-high",
      live_proven: true,
      virtual_proven: true,
      live_detection_s: 330,
      virtual_detection_s: 330,
      difference_s: 0,
    },
  ]);
});

test("what did not fire, or was not tried, has no difference", () => {
  const [first, second] = compareTimelines(
    [proof({ detection_s: null, proven: false }), proof({ alert: "Other" })],
    [proof({})],
    1,
  );
  expect(first).toMatchObject({ live_proven: false, virtual_proven: true, difference_s: null });
  expect(second).toMatchObject({ virtual_proven: false, virtual_detection_s: null, difference_s: null });
});

test("an alert that a scenario expects twice is compared with its own counterpart", () => {
  const live = [proof({ detection_s: 1 }), proof({ detection_s: 2 })];
  const virtual = [proof({ detection_s: 3 }), proof({ detection_s: 5 })];
  expect(compareTimelines(live, virtual, 1).map(({ difference_s }) => difference_s)).toEqual([-2, -3]);
});
