// Times of a scenario that cannot be, and expectations that contradict each other: found before anything runs.

import { durationText, seconds } from "./duration.ts";
import type { Complaint } from "./problem.ts";
import type { Scenario } from "./scenario.ts";

/** Everything impossible in a scenario whose shape is right. */
export function timelineComplaints(scenario: Scenario): readonly Complaint[] {
  return [
    ...holdComplaints(scenario),
    ...faultComplaints(scenario),
    ...expectComplaints(scenario),
    ...nameComplaints(scenario),
  ];
}

function holdComplaints({ hold }: Scenario): readonly Complaint[] {
  if (seconds(hold) > 0) return [];
  return [{ path: ["hold"], reason: "is 0, expected time in which the faults are on" }];
}

function faultComplaints({ faults, hold }: Scenario): readonly Complaint[] {
  const holdS = seconds(hold);
  if (holdS === 0) return [];
  return faults.flatMap(({ after, for: lasting }, index): readonly Complaint[] => {
    const afterS = seconds(after);
    if (afterS >= holdS) {
      const reason = `the fault begins ${after} after the warm-up, expected less than the hold of ${hold}`;
      return [{ path: ["faults", index, "after"], reason }];
    }
    if (lasting === undefined) return [];
    const path = ["faults", index, "for"];
    const forS = seconds(lasting);
    if (forS === 0) return [{ path, reason: "is 0, expected time in which the fault is on" }];
    if (afterS + forS <= holdS) return [];
    const most = durationText(holdS - afterS);
    const reason = `the fault lasts ${lasting}, beyond the hold of ${hold}, expected at most ${most}`;
    return [{ path, reason }];
  });
}

function expectComplaints({ expect, faults, hold, settle }: Scenario): readonly Complaint[] {
  const firstS = Math.min(...faults.map(({ after }) => seconds(after)));
  const mostS = seconds(hold) + seconds(settle) - firstS;
  if (faults.length > 0 && expect.every(({ always }) => always)) {
    const reason = "nothing is expected though something breaks, expected an alert, or no faults (a control)";
    return [{ path: ["expect"], reason }];
  }
  return expect.flatMap(({ alert, within, resolves, always }, index) => {
    const complaints: Complaint[] = [];
    // It fires before, during and after, so that no time can be wrong.
    if (always) return complaints;
    if (faults.length === 0) {
      const reason = `${alert} is expected though nothing breaks, expected faults, or no alerts (a control)`;
      complaints.push({ path: ["expect", index], reason });
    } else if (within !== undefined && seconds(within) > mostS) {
      const reason = `is ${within}, but the scenario ends ${durationText(mostS)} after its first fault, expected at most that`;
      complaints.push({ path: ["expect", index, "within"], reason });
    } else if (within !== undefined && seconds(within) === 0) {
      complaints.push({
        path: ["expect", index, "within"],
        reason: "is 0, expected time for the alert to fire",
      });
    }
    if (resolves && seconds(settle) === 0) {
      const reason = `${alert} must resolve after the faults, but settle is 0; expected resolves: false, or time to settle`;
      complaints.push({ path: ["expect", index], reason });
    }
    return complaints;
  });
}

/** An alert that is named twice in a way that says two things. */
function nameComplaints({ expect, may }: Scenario): readonly Complaint[] {
  const expected = new Set(expect.map(({ alert }) => alert));
  const isSecond = secondOnes();
  const isSecondAllowed = secondOnes();
  return [
    ...expect.flatMap(({ alert, labels }, index) => {
      if (!isSecond(JSON.stringify([alert, Object.entries(labels).sort()]))) return [];
      const reason = `${alert} is expected twice, expected other labels the second time`;
      return [{ path: ["expect", index], reason }];
    }),
    ...may.flatMap(({ alert }, index) => {
      const path = ["may", index, "alert"];
      if (expected.has(alert)) {
        return [{ path, reason: `${alert} is expected as well, expected it either there or here` }];
      }
      return isSecondAllowed(alert) ? [{ path, reason: `${alert} stands here twice, expected it once` }] : [];
    }),
  ];
}

function secondOnes(): (name: string) => boolean {
  const seen = new Set<string>();
  return (name) => {
    const isSecond = seen.has(name);
    seen.add(name);
    return isSecond;
  };
}
