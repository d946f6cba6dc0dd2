// Verdicts on recordings made by hand: what is proven, and each reason why something is not.

import { describe, expect, test } from "bun:test";
import { findFault } from "../../../sim/faults/faults.ts";
import { defineScenario, type ScenarioInput } from "../../../sim/scenarios/scenario.ts";
import { judgeScenario } from "../../../sim/verify/judge.ts";
import type { Recording } from "../../../sim/verify/recording.ts";
import { evaluateRules } from "../../../sim/verify/rule-history.ts";
import { atScrape, fault, recording, ruleText, series } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

const BROKEN =
  '{ alert: Broken, expr: broken > 0, for: 30s, labels: { severity: high }, annotations: { summary: "{{ $value }} broken" } }';
const OTHER = "{ alert: Other, expr: other > 0, labels: { severity: warning } }";
const WATCHDOG = "{ alert: Watchdog, expr: vector(1), labels: { severity: none } }";
const KNOWN = {
  Broken: { severity: "high" },
  Other: { severity: "warning" },
  Watchdog: { severity: "none" },
};
/** Notices the fault after one scrape, and its end after another. */
const NOTICED = { 11: 1, 31: 0 };

/** Nothing breaks, and the dead man's switch is expected. */
const CONTROL = {
  scenario: { faults: [], expect: [{ alert: "Watchdog", always: true }] },
  broken: {},
  parts: { faults: [] },
};

interface Given {
  readonly broken?: Parameters<typeof series>[1];
  readonly other?: Parameters<typeof series>[1];
  readonly more?: readonly string[];
  readonly expectation?: Partial<ScenarioInput["expect"][number]>;
  readonly scenario?: Partial<ScenarioInput>;
  readonly parts?: Partial<Recording>;
  readonly rules?: readonly string[];
  readonly known?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function judge(given: Given = {}) {
  const { broken = NOTICED, other = {}, more = [], expectation = {}, parts = {}, known = KNOWN } = given;
  const scenario = defineScenario({
    name: "made-up",
    summary: "Something breaks.",
    faults: [{ fault: "sequence-gap" }],
    hold: "5m",
    settle: "5m",
    expect: [{ alert: "Broken", ...expectation }],
    ...given.scenario,
  });
  const recorded = recording([series("broken", broken), series("other", other), ...more], parts);
  const groups = rules(ruleText(...(given.rules ?? [BROKEN, OTHER, WATCHDOG])));
  const history = evaluateRules(recorded, groups);
  return judgeScenario(scenario, recorded, history, { groups, known: new Map(Object.entries(known)) });
}

function reasons(given: Given = {}): readonly string[] | undefined {
  return judge(given).alerts[0]?.reasons;
}

describe("an alert is proven", () => {
  test("if it is inactive, pending, firing while the fault is on, and resolved afterwards", () => {
    const { ok, alerts, others, findings } = judge();
    expect({ ok, others, findings }).toEqual({ ok: true, others: [], findings: [] });
    expect(alerts).toEqual([
      {
        alert: "Broken",
        name: "Broken",
        scenario: "made-up",
        severity: "high",
        proven: true,
        pending_at_s: 165,
        firing_at_s: 195,
        resolved_at_s: 465,
        detection_s: 45,
        unexpected: [],
        labels: { alertname: "Broken", severity: "high" },
        annotations: { summary: "1 broken" },
        instead: [],
        reasons: [],
      },
    ]);
  });

  test("and the phases and faults are told in seconds since the start", () => {
    const { warm_up_s, cleared_at_s, end_s, faults } = judge();
    expect({ warm_up_s, cleared_at_s, end_s }).toEqual({ warm_up_s: 150, cleared_at_s: 450, end_s: 750 });
    expect(faults).toEqual([
      { fault: "sequence-gap", params: { share: 0.1 }, applied_at_s: 150, cleared_at_s: 450, hits: 7 },
    ]);
  });

  test("without a time of detection, if it fires all the time and a fault comes later", () => {
    const { alerts } = judge({
      scenario: { expect: [{ alert: "Watchdog", always: true }, { alert: "Broken" }] },
    });
    expect(alerts.map(({ proven, detection_s }) => [proven, detection_s])).toEqual([
      [true, null],
      [true, 45],
    ]);
  });

  test("under a name with the labels that tell it from others that the scenario expects", () => {
    const labels = [
      { severity: "high", part: "a" },
      { severity: "high", part: "b" },
    ];
    const { alerts } = judge({
      broken: {},
      more: [series('broken{part="a"}', NOTICED), series('broken{part="b"}', NOTICED)],
      scenario: { expect: labels.map((each) => ({ alert: "Broken", labels: each })) },
    });
    expect(alerts.map(({ name }) => name)).toEqual(['Broken{part="a"}', 'Broken{part="b"}']);
    expect(judge({ expectation: { labels: { severity: "high" } } }).alerts[0]?.name).toBe("Broken");
  });

  test("from the first of several faults on", () => {
    const faults = [fault({ appliedMs: atScrape(12) }), fault()];
    expect(judge({ parts: { faults } }).alerts[0]?.detection_s).toBe(45);
  });

  test("also if it resolves in the scrape in which the fault is cleared", () => {
    expect(judge({ broken: { 11: 1, 30: 0 } }).ok).toBe(true);
  });

  test("also if it does not resolve, where the scenario says that it need not", () => {
    expect(judge({ broken: { 11: 1 }, expectation: { resolves: false } }).ok).toBe(true);
  });
});

describe("an alert is not proven", () => {
  test("if it stays inactive", () => {
    const [proof] = judge({ broken: {} }).alerts;
    expect(proof?.reasons).toEqual(["it stayed inactive"]);
    expect(proof).toMatchObject({ pending_at_s: null, firing_at_s: null, detection_s: null, labels: {} });
  });

  test("if it fires with other labels, which is told as such and not as an alert beside the aim", () => {
    const { ok, alerts, others } = judge({
      broken: {},
      more: [series('broken{tenant_id="flood"}', NOTICED)],
      expectation: { labels: { tenant_id: "acme" } },
      scenario: { may: [{ alert: "Broken", because: "it may" }] },
    });
    expect([ok, others]).toEqual([false, []]);
    expect(alerts[0]).toMatchObject({
      firing_at_s: null,
      reasons: ['it fired, but with tenant_id="flood", not "acme"'],
      instead: [
        {
          labels: { alertname: "Broken", severity: "high", tenant_id: "flood" },
          pending_at_s: 165,
          firing_at_s: 195,
          resolved_at_s: 465,
        },
      ],
    });
  });

  test("if it fires without a label that is expected, or with another one is only pending", () => {
    const expectation = { labels: { tenant_id: "acme" } };
    expect(reasons({ expectation })).toEqual(['it fired, but without the label tenant_id, not with "acme"']);
    expect(
      reasons({ broken: {}, more: [series('broken{tenant_id="b"}', { 11: 1, 12: 0 })], expectation }),
    ).toEqual(['it became pending and did not fire, and that with tenant_id="b", not "acme"']);
    const many = ["a", "b", "c", "d", "e"].map((id) => series(`broken{tenant_id="${id}"}`, NOTICED));
    expect(reasons({ broken: {}, more: many, expectation })?.at(-1)).toBe(
      "it did so with 2 more sets of other labels",
    );
  });

  test("and one that fired as expected leaves the others where they were", () => {
    const { ok, alerts, others } = judge({
      broken: {},
      more: [series('broken{tenant_id="acme"}', NOTICED), series('broken{tenant_id="flood"}', NOTICED)],
      expectation: { labels: { tenant_id: "acme" } },
      scenario: { may: [{ alert: "Broken", because: "it may" }] },
    });
    expect([ok, alerts[0]?.instead, others.map(({ labels }) => labels.tenant_id)]).toEqual([
      true,
      [],
      ["flood"],
    ]);
  });

  test("if it only becomes pending", () => {
    const [proof] = judge({ broken: { 11: 1, 12: 0 } }).alerts;
    expect(proof?.reasons).toEqual(["it became pending and did not fire"]);
    expect(proof).toMatchObject({ pending_at_s: 165, firing_at_s: null, resolved_at_s: 180 });
  });

  test("if it was active before the fault", () => {
    const { alerts, findings } = judge({ broken: { 9: 1, 31: 0 } });
    expect(alerts[0]?.reasons).toEqual(["it was active before the fault", "the scenario has findings"]);
    expect(findings).toEqual(["Broken was active in the warm-up, when nothing was broken"]);
  });

  test("if it fires only after the fault was gone", () => {
    expect(reasons({ broken: { 30: 1, 40: 0 }, expectation: { within: "10m" } })).toEqual([
      "it fired only after the fault was gone",
    ]);
  });

  test("if it fires later than it may", () => {
    expect(reasons({ expectation: { within: "45s" } })).toEqual([]);
    expect(reasons({ expectation: { within: "44s" } })).toEqual([
      "it fired 45 s after the fault, not within 44 s",
    ]);
  });

  test("if it resolves while the fault is on", () => {
    expect(reasons({ broken: { 11: 1, 29: 0 } })).toEqual(["it resolved while the fault was still there"]);
  });

  test("if it does not resolve", () => {
    const [proof] = judge({ broken: { 11: 1 } }).alerts;
    expect(proof?.reasons).toEqual(["it did not resolve after the fault was gone"]);
    expect(proof?.resolved_at_s).toBeNull();
  });

  test("if another instance of it does not resolve, or it fires again and stays", () => {
    const unresolved = ["it did not resolve after the fault was gone"];
    expect(reasons({ more: [series('broken{tenant="b"}', { 12: 1 })] })).toEqual(unresolved);
    expect(reasons({ broken: { 11: 1, 31: 0, 40: 1 } })).toEqual(unresolved);
  });

  test("if one of its labels is wrong or missing", () => {
    const known = { ...KNOWN, Broken: { severity: "critical", component: "kafka" } };
    expect(reasons({ known })).toEqual([
      "its label severity is high, not critical",
      "its label component is missing, not kafka",
    ]);
  });

  test("if none of its instances has the labels that the scenario expects", () => {
    const labels = { tenant: "b" };
    const expected = judge({
      more: [series('broken{tenant="b"}', NOTICED)],
      broken: {},
      expectation: { labels },
    });
    expect(expected.ok).toBe(true);
    expect(reasons({ expectation: { labels } })).toEqual([
      'it fired, but without the label tenant, not with "b"',
    ]);
  });

  test("if a template of it fails", () => {
    const failing = BROKEN.replace("{{ $value }} broken", "{{ humanize `x` }}");
    expect(reasons({ rules: [failing] })).toContain("an annotation could not be rendered");
  });

  test("if the rules do not have it", () => {
    expect(reasons({ known: {} })).toEqual(["there is no rule for it"]);
  });

  test("if the evidence that it fired for the right reason gives nothing", () => {
    const more = [series('cause{reason="timeout"}', NOTICED)];
    const expectation = { evidence: 'cause{reason="timeout"} > 0' };
    expect(reasons({ more, expectation })).toEqual([]);
    expect(reasons({ more, expectation: { evidence: "cause > 1" } })).toEqual([
      "it fired for another reason: cause > 1 gave nothing",
    ]);
  });
});

describe("a dead man's switch", () => {
  test("is proven if it fires from the beginning to the end", () => {
    const { ok, alerts } = judge(CONTROL);
    expect(ok).toBe(true);
    expect(alerts[0]).toMatchObject({ proven: true, firing_at_s: 0, resolved_at_s: null, detection_s: null });
  });

  test.each([
    ["never fires", "other > 9", "it never fired"],
    ["begins later", "vector(1) and on () other > 0", "it did not fire from the beginning"],
    ["ends", "vector(1) and on () other < 1", "it ended, and must never end"],
  ])("is not proven if it %s", (_, expr, reason) => {
    const rule = `{ alert: Watchdog, expr: ${expr}, labels: { severity: none } }`;
    expect(reasons({ ...CONTROL, other: { 5: 1 }, rules: [rule] })).toEqual([reason]);
  });

  test("of severity none fires beside everything, and in the warm-up", () => {
    expect(judge()).toMatchObject({ ok: true, others: [], findings: [] });
  });

  test("that says wrong things of itself is not proven", () => {
    const known = { ...KNOWN, Watchdog: { severity: "none", component: "prometheus" } };
    expect(reasons({ ...CONTROL, known })).toEqual(["its label component is missing, not prometheus"]);
  });

  test("is nothing that merely has no severity", () => {
    const rule = "{ alert: Other, expr: other > 0 }";
    const fired = judge({ other: { 12: 1 }, rules: [BROKEN, rule] });
    expect([fired.ok, fired.alerts[0]?.unexpected]).toEqual([false, ["Other"]]);
    expect(judge({ other: { 3: 1, 5: 0 }, rules: [BROKEN, rule] }).findings).toEqual([
      "Other was active in the warm-up, when nothing was broken",
    ]);
  });
});

describe("another alert", () => {
  test("that nobody declared fails the scenario and all that it would prove", () => {
    const { ok, alerts, others } = judge({ other: { 12: 1, 20: 0 } });
    expect(ok).toBe(false);
    expect(alerts[0]).toMatchObject({
      proven: false,
      unexpected: ["Other"],
      reasons: ["Other fired too, and nothing declares that"],
    });
    expect(others).toEqual([
      {
        alert: "Other",
        labels: { alertname: "Other", severity: "warning" },
        firing_at_s: 180,
        resolved_at_s: 300,
        because: null,
      },
    ]);
  });

  test("is of no interest as long as it does not fire, unless it is pending in the warm-up", () => {
    const rule = OTHER.replace("other > 0", "other > 0, for: 1h");
    expect(judge({ other: { 12: 1, 20: 0 }, rules: [BROKEN, rule] })).toMatchObject({ ok: true, others: [] });
    expect(judge({ other: { 3: 1, 4: 0 }, rules: [BROKEN, rule] }).findings).toEqual([
      "Other was active in the warm-up, when nothing was broken",
    ]);
  });

  test("fails a control, which proves nothing that could be told of it", () => {
    const { ok, others } = judge({ ...CONTROL, other: { 12: 1 } });
    expect([ok, others.map(({ alert }) => alert)]).toEqual([false, ["Other"]]);
  });

  test("may fire if the scenario says why", () => {
    const may = [{ alert: "Other", because: "it does no harm" }];
    const { ok, others } = judge({ other: { 12: 1 }, scenario: { may } });
    expect([ok, others[0]?.because, others[0]?.resolved_at_s]).toEqual([true, "it does no harm", null]);
  });

  test("may fire if the fault raises it", () => {
    const rule = OTHER.replace("Other", "SequenceGapsDetected");
    const { ok, others } = judge({ other: { 12: 1 }, rules: [BROKEN, rule] });
    expect([ok, others[0]?.because]).toEqual([true, "the fault sequence-gap raises it"]);
  });

  test("may fire if the fault has it as a companion, with the reason that the fault gives", () => {
    const [companion] = findFault("burst").mayRaise;
    if (companion === undefined) throw new Error("burst has no companions");
    const rule = OTHER.replace("Other", companion.alert);
    const scenario = { faults: [{ fault: "burst" }] };
    const { ok, others } = judge({ other: { 12: 1 }, rules: [BROKEN, rule], scenario });
    expect([ok, others[0]?.because]).toEqual([true, companion.because]);
  });

  test("is also an expected one with labels that nobody expects", () => {
    const more = [series('broken{tenant="a"}', NOTICED), series('broken{tenant="b"}', NOTICED)];
    const given = { more, broken: {}, expectation: { labels: { tenant: "a" } } };
    expect(judge(given).alerts[0]?.unexpected).toEqual(["Broken"]);
    expect(judge({ ...given, expectation: {} }).ok).toBe(true);
  });
});

describe("a scenario has a finding", () => {
  test("for each one of its recording, such as a fault that did not take, and proves nothing then", () => {
    const findings = ["fault sequence-gap did not take: nothing was broken by it"];
    const verdict = judge({ parts: { findings } });
    expect(verdict).toMatchObject({ ok: false, findings });
    expect(verdict.alerts[0]?.reasons).toEqual(["the scenario has findings"]);
  });

  test("for a rule that cannot be evaluated", () => {
    const more = [series('twice{a="x"}'), series('twice{a="y"}')];
    const rule = "{ alert: Wrong, expr: other * on () twice > 0 }";
    const { ok, findings } = judge({ more, rules: [BROKEN, rule] });
    expect(ok).toBe(false);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(/^rule not evaluated: rules\.yaml:5:9: .*\(51 times\)$/);
  });

  test("for a counter that was born with its first increment", () => {
    const more = [series('up{job="a"}', { 0: 1 }), series('late_total{job="a"}', { 0: "_", 12: 3 })];
    const rule = "{ alert: Rare, expr: 'rate(late_total[1m]) > 100' }";
    expect(judge({ more, rules: [BROKEN, rule] }).findings).toEqual([
      "late_total did not exist before it counted: its first increment is invisible to rules",
    ]);
  });
});
