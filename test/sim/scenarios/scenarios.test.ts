// Our scenarios, faults and alerts know each other.

import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { FAULTS, parseFaultParams } from "../../../sim/faults/faults.ts";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import { timelineComplaints } from "../../../sim/scenarios/timeline.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { DEAD_LETTER_FAILURES } from "../../../src/stream/dead-letter.ts";

const ALERT_NAMES = new Set(ALERTS.map(({ name }) => name));

describe("scenarios", () => {
  test("have names of their own, in order, each in a file of its name", () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    const folder = new URL("../../../sim/scenarios/definitions/", import.meta.url);
    expect(readdirSync(folder).toSorted()).toEqual(names.map((name) => `${name}.ts`).toSorted());
  });

  test.each(SCENARIOS)(
    "$name names alerts and faults that there are, with parameters that they take",
    (scenario) => {
      const { expect: expected, may, faults, remedy } = scenario;
      for (const { alert } of [...expected, ...may]) expect(ALERT_NAMES).toContain(alert);
      for (const { fault, params } of [...faults, ...remedy])
        expect(parseFaultParams(fault, params)).toBeDefined();
    },
  );

  test.each(SCENARIOS.filter(({ expect: expected }) => !expected.some(({ always }) => always)))(
    "$name has a timeline that a user's scenario could have, too",
    (scenario) => {
      expect(timelineComplaints(scenario)).toEqual([]);
    },
  );
});

describe("alerts", () => {
  test.each(ALERTS)(
    "$name is expected by the scenarios that it lists, and by no other",
    ({ name, scenarios }) => {
      const expecting = SCENARIOS.filter((scenario) => scenario.expect.some(({ alert }) => alert === name));
      expect(scenarios.toSorted()).toEqual(expecting.map((scenario) => scenario.name).toSorted());
      expect(scenarios).not.toEqual([]);
    },
  );

  test("on dead letters that cannot be written have a scenario for each reason, which tells it from the others", () => {
    const proofs = SCENARIOS.flatMap((scenario) =>
      scenario.expect.map((expectation) => ({ scenario, expectation })),
    );
    const byReason = DEAD_LETTER_FAILURES.map((reason) => {
      const found = proofs.filter(
        ({ expectation: { alert, evidence = "" } }) =>
          alert === "WebSocketDlqBroken" &&
          evidence.includes(`reason="${reason}"`) &&
          evidence.includes(`unless sum(increase(websocket_dlq_send_failures_total{reason!="${reason}"}`),
      );
      return [reason, found.length];
    });
    expect(byReason).toEqual(DEAD_LETTER_FAILURES.map((reason) => [reason, 1]));
  });
});

describe("faults", () => {
  test.each([...FAULTS.values()])(
    "$name raises and accompanies alerts that there are",
    ({ raises, mayRaise }) => {
      for (const alert of [...raises, ...mayRaise.map((companion) => companion.alert)]) {
        expect(ALERT_NAMES).toContain(alert);
      }
    },
  );
});
