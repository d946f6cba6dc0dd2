import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readScenarioFiles, type ScenarioChecks } from "../../../sim/scenarios/read-scenario.ts";
import type { Scenario } from "../../../sim/scenarios/scenario.ts";
import { DashstreamError } from "../../../src/errors.ts";

const CHECKS: ScenarioChecks = {
  checkFault: (name, params) => {
    if (name !== "corrupt-payload")
      return [{ key: null, reason: `there is no fault ${name}, expected corrupt-payload` }];
    return JSON.stringify(params) === '{"share":2}'
      ? [{ key: "share", reason: "is 2, expected at most 1" }]
      : [];
  },
  checkEnv: (env) => [
    ...(env.PORT === "x" ? [{ key: "PORT", reason: 'is "x", expected a port' }] : []),
    ...(env.NEEDY === "x" ? [{ key: "NEEDED", reason: "is not set, and NEEDY needs it" }] : []),
  ],
  alerts: new Set(["HighDecodeErrorRate", "ServiceDown"]),
};

function readOne(text: string, checks?: ScenarioChecks): Scenario {
  const [scenario] = readScenarioFiles([{ file: "a.yaml", text }], checks);
  if (scenario === undefined) throw new Error("there is no scenario");
  return scenario;
}

/** The lines of the error that reading `text` ends with. */
function problemsOf(text: string, checks: ScenarioChecks = CHECKS): readonly string[] {
  try {
    readOne(text, checks);
  } catch (error) {
    if (!(error instanceof DashstreamError)) throw error;
    expect(error.code).toBe("scenario_invalid");
    return error.message.split("\n");
  }
  return [];
}

const HEAD = "name: a-b\nsummary: s\n";
const FAULT = "faults: [{ fault: corrupt-payload }]\n";
const EXPECT = "expect: [{ alert: HighDecodeErrorRate }]\n";

describe("a scenario file", () => {
  test("is read with its defaults", () => {
    const text = `${HEAD}${FAULT}hold: 10m\n${EXPECT}`;
    expect(readOne(text, CHECKS)).toMatchObject({
      name: "a-b",
      warm_up: "3m",
      settle: "8m",
      traffic: { rate: 5, tenants: 3, threads: 10 },
      faults: [{ fault: "corrupt-payload", params: {}, after: "0s" }],
      expect: [{ alert: "HighDecodeErrorRate", labels: {}, resolves: true }],
      may: [],
    });
  });

  test("may be JSON", () => {
    const scenario = { name: "a", summary: "s", faults: [], hold: "1h", expect: [] };
    expect(readOne(JSON.stringify(scenario, null, 2)).name).toBe("a");
    expect(problemsOf('{\n  "name": "a",\n  "hold": 5\n}').slice(0, 1)).toEqual([
      "a.yaml:1:1: summary: is missing, expected a text",
    ]);
  });

  test("may use anchors, and positions follow them", () => {
    const text = `${HEAD}${FAULT}hold: &long 10m\nsettle: *long\nexpect:\n  - &alert { alert: HighDecodeErrorRate }\n`;
    expect(readOne(text, CHECKS).settle).toBe("10m");
    expect(problemsOf(`${text}may:\n  - *alert\n`)).toEqual([
      "a.yaml:9:5: may[0].because: is missing, expected a text",
    ]);
    const twice = `${HEAD}hold: 10m\n${EXPECT}faults:\n  - &f { fault: corrupt-payload, after: 5 }\n  - *f\n`;
    const reason = "is 5, a number, expected a duration such as 90s, 5m or 1h30m";
    expect(problemsOf(twice)).toEqual([
      `a.yaml:6:41: faults[0].after: ${reason}`,
      `a.yaml:6:41: faults[1].after: ${reason}`,
    ]);
  });

  test("of a user is in the tree as an example, and its times are possible", () => {
    const path = new URL("../../../sim/scenarios/example.yaml", import.meta.url);
    const scenario = readOne(readFileSync(path, "utf8"));
    expect(scenario.name).toBe("corrupt-uploads");
    expect(scenario.expect.map(({ alert }) => alert)).toEqual([
      "HighDecodeErrorRate",
      "HighMessageProcessingErrorRate",
    ]);
  });
});

describe("what is no YAML is named by line and column:", () => {
  test.each([
    ["an empty file", "", "a.yaml:1:1: the file is empty, expected a scenario"],
    ["a file of comments", "# nothing\n", "a.yaml:1:1: the file is empty, expected a scenario"],
    ["a key twice", "name: a\nname: b\n", "a.yaml:2:1: Map keys must be unique"],
    ["tabs", "faults:\n\t- a\n", "a.yaml:2:1: Tabs are not allowed as indentation"],
    [
      "a second document",
      "a: 1\n---\nb: 1\n",
      "a.yaml:2:1: a second document begins, expected one scenario a file",
    ],
    ["an unknown tag", "a: !secret x\n", "a.yaml:1:4: Unresolved tag: !secret"],
    ["an alias of nothing", "a: *b\n", "a.yaml:1:4: *b means nothing, expected &b before it"],
    ["an alias of itself", "a:\n  &x [*x]\n", "a.yaml:2:7: *x contains itself"],
    ["a key that is no text", "? [1]\n: a\n", "a.yaml:1:3: With stringKeys, all keys must be strings"],
  ])("%s", (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test("aliases that multiply without bound", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}]`);
    expect(problemsOf(`l0: &l0 [1]\n${levels.join("\n")}\n`)).toEqual([
      "a.yaml:1:1: Excessive alias count indicates a resource exhaustion attack",
    ]);
  });
});

describe("a wrong shape is named by place and path, with what was expected:", () => {
  const whole = (part: string) => `${HEAD}${part}`;
  test.each([
    ["a list instead of keys", "- a\n", 'a.yaml:1:1: is ["a"], a list, expected keys with values'],
    [
      "a duration without unit",
      whole(`${FAULT}${EXPECT}hold: 90\n`),
      "a.yaml:5:7: hold: is 90, a number, expected a duration such as 90s, 5m or 1h30m",
    ],
    [
      "a duration in another form",
      whole(`${FAULT}${EXPECT}hold: 1.5h\n`),
      'a.yaml:5:7: hold: is "1.5h", expected a duration such as 90s, 5m or 1h30m',
    ],
    [
      "a duration with more digits than anybody waits",
      whole(`${FAULT}${EXPECT}hold: 9999999999s\n`),
      'a.yaml:5:7: hold: is "9999999999s", expected a duration such as 90s, 5m or 1h30m',
    ],
    [
      "a name in another case",
      `name: Bad Name\nsummary: s\n${FAULT}${EXPECT}hold: 10m\n`,
      'a.yaml:1:7: name: is "Bad Name", expected a name in kebab case',
    ],
    [
      "a misspelled key",
      whole(`${FAULT}${EXPECT}hold: 10m\nwarmup: 6m\n`),
      "a.yaml:6:1: warmup: there is no such key, expected one of name, summary, env, env_of, also_scraped, redis, max_scale, partitions, traffic, clients, warm_up, faults, remedy, hold, settle, expect, may; did you mean warm_up?",
    ],
    [
      "a misspelled key inside a list",
      whole(`faults:\n  - fault: corrupt-payload\n    parms: {}\n${EXPECT}hold: 10m\n`),
      "a.yaml:5:5: faults[0].parms: there is no such key, expected one of fault, params, after, for; did you mean params?",
    ],
    [
      "a variable that is a number",
      whole(`${FAULT}${EXPECT}hold: 10m\nenv:\n  PORT: 8080\n`),
      'a.yaml:7:9: env.PORT: is 8080, a number, expected a text: "8080"',
    ],
    [
      "a number below its range",
      whole(`${FAULT}${EXPECT}hold: 10m\ntraffic: { rate: 0 }\n`),
      "a.yaml:6:18: traffic.rate: is 0, expected more than 0",
    ],
    [
      "a number above its range",
      whole(`${FAULT}${EXPECT}hold: 10m\nclients: 101\n`),
      "a.yaml:6:10: clients: is 101, expected at most 100",
    ],
    [
      "a part of a number",
      whole(`${FAULT}${EXPECT}hold: 10m\npartitions: 1.5\n`),
      "a.yaml:6:13: partitions: is 1.5, a number, expected a whole number",
    ],
    [
      "a value that was forgotten",
      whole(`${FAULT}${EXPECT}hold:\n`),
      "a.yaml:5:6: hold: is null, nothing, expected a duration such as 90s, 5m or 1h30m",
    ],
    [
      "an empty sentence",
      `name: a\nsummary: ""\n${FAULT}${EXPECT}hold: 10m\n`,
      "a.yaml:2:10: summary: is empty, expected a text",
    ],
    [
      "a key that is missing in a list",
      whole(`faults:\n  - params: {}\n${EXPECT}hold: 10m\n`),
      "a.yaml:4:5: faults[0].fault: is missing, expected a text",
    ],
  ])("%s", (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

describe("what cannot be is named before anything runs:", () => {
  const scenario = (times: string, faults = FAULT, expected = EXPECT) =>
    `${HEAD}${faults}${expected}${times}`;
  const fault = (rest: string) => `faults: [{ fault: corrupt-payload, ${rest} }]\n`;
  test.each([
    ["no hold", scenario("hold: 0s\n"), "a.yaml:5:7: hold: is 0, expected time in which the faults are on"],
    [
      "a fault after the hold",
      scenario("hold: 10m\n", fault("after: 10m")),
      "a.yaml:3:43: faults[0].after: the fault begins 10m after the warm-up, expected less than the hold of 10m",
    ],
    [
      "a fault beyond the hold",
      scenario("hold: 10m\n", fault("after: 4m, for: 7m")),
      "a.yaml:3:52: faults[0].for: the fault lasts 7m, beyond the hold of 10m, expected at most 6m",
    ],
    [
      "a fault of no time",
      scenario("hold: 10m\n", fault("for: 0s")),
      "a.yaml:3:41: faults[0].for: is 0, expected time in which the fault is on",
    ],
    [
      "an alert after the end",
      scenario(
        "hold: 10m\nsettle: 5m\n",
        fault("after: 1m"),
        "expect: [{ alert: HighDecodeErrorRate, within: 15m }]\n",
      ),
      "a.yaml:4:48: expect[0].within: is 15m, but the scenario ends 14m after its first fault, expected at most that",
    ],
    [
      "an alert at once",
      scenario("hold: 10m\n", FAULT, "expect: [{ alert: HighDecodeErrorRate, within: 0s }]\n"),
      "a.yaml:4:48: expect[0].within: is 0, expected time for the alert to fire",
    ],
    [
      "an alert that has no time to resolve",
      scenario("hold: 10m\nsettle: 0s\n"),
      "a.yaml:4:10: expect[0]: HighDecodeErrorRate must resolve after the faults, but settle is 0; expected resolves: false, or time to settle",
    ],
    [
      "an alert expected and allowed",
      scenario("hold: 10m\nmay:\n  - alert: HighDecodeErrorRate\n    because: so\n"),
      "a.yaml:7:12: may[0].alert: HighDecodeErrorRate is expected as well, expected it either there or here",
    ],
    [
      "an alert expected twice",
      scenario("hold: 10m\n", FAULT, "expect: [{ alert: ServiceDown }, { alert: ServiceDown }]\n"),
      "a.yaml:4:34: expect[1]: ServiceDown is expected twice, expected other labels the second time",
    ],
    [
      "an alert allowed twice",
      scenario("hold: 10m\nmay: [{ alert: ServiceDown, because: a }, { alert: ServiceDown, because: b }]\n"),
      "a.yaml:6:52: may[1].alert: ServiceDown stands here twice, expected it once",
    ],
    [
      "a fault that nothing has to notice",
      scenario("hold: 10m\n", FAULT, "expect: []\n"),
      "a.yaml:4:9: expect: nothing is expected though something breaks, expected an alert, or no faults (a control)",
    ],
    [
      "a fault beside which only what always fires is expected",
      scenario("hold: 10m\n", FAULT, "expect: [{ alert: ServiceDown, always: true }]\n"),
      "a.yaml:4:9: expect: nothing is expected though something breaks, expected an alert, or no faults (a control)",
    ],
    [
      "an alert though nothing breaks",
      scenario("hold: 10m\n", "faults: []\n"),
      "a.yaml:4:10: expect[0]: HighDecodeErrorRate is expected though nothing breaks, expected faults, or no alerts (a control)",
    ],
  ])("%s", (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test("and what just can be is not", () => {
    expect(problemsOf(scenario("hold: 10m\n", "faults: []\n", "expect: []\n"))).toEqual([]);
    expect(problemsOf(scenario("hold: 10m\n", fault("after: 4m, for: 6m")))).toEqual([]);
    const twice =
      "expect: [{ alert: ServiceDown, labels: { a: b } }, { alert: ServiceDown, labels: { a: c } }]\n";
    expect(problemsOf(scenario("hold: 10m\n", FAULT, twice))).toEqual([]);
    const late = "expect: [{ alert: ServiceDown, within: 15m, resolves: false }]\n";
    expect(problemsOf(scenario("hold: 10m\nsettle: 5m\n", FAULT, late))).toEqual([]);
    const always = "expect: [{ alert: ServiceDown, always: true }]\n";
    expect(problemsOf(scenario("hold: 10m\nsettle: 0s\n", "faults: []\n", always))).toEqual([]);
    const lasting = "expect: [{ alert: ServiceDown, resolves: false }]\n";
    expect(problemsOf(scenario("hold: 10m\nsettle: 0s\n", FAULT, lasting))).toEqual([]);
  });
});

describe("names that nobody knows are named:", () => {
  test("faults, their parameters and alerts", () => {
    const text = `${HEAD}hold: 10m\nfaults:\n  - fault: corupt\n  - fault: corrupt-payload\n    params: { share: 2 }\nexpect:\n  - alert: HighDecodeErorRate\nmay:\n  - { alert: Nothing, because: so }\n`;
    expect(problemsOf(text)).toEqual([
      "a.yaml:5:12: faults[0].fault: there is no fault corupt, expected corrupt-payload",
      "a.yaml:7:15: faults[1].params.share: is 2, expected at most 1",
      'a.yaml:9:12: expect[0].alert: no rule has the alert "HighDecodeErorRate"; did you mean HighDecodeErrorRate?',
      'a.yaml:11:14: may[0].alert: no rule has the alert "Nothing"; expected one of HighDecodeErrorRate, ServiceDown',
    ]);
  });

  test("also where something else is wrong, all in the order of the file", () => {
    expect(problemsOf(`faults: [{ fault: x }]\nhold: 5\n${HEAD}`)).toEqual([
      "a.yaml:1:1: expect: is missing, expected a list",
      "a.yaml:1:19: faults[0].fault: there is no fault x, expected corrupt-payload",
      "a.yaml:2:7: hold: is 5, a number, expected a duration such as 90s, 5m or 1h30m",
    ]);
  });

  test("faults of a remedy", () => {
    expect(problemsOf(`${HEAD}${FAULT}${EXPECT}hold: 10m\nremedy: [{ fault: x }]\n`)).toEqual([
      "a.yaml:6:19: remedy[0].fault: there is no fault x, expected corrupt-payload",
    ]);
  });

  test("evidence that is no PromQL", () => {
    const text = (expr: string) =>
      `${HEAD}${FAULT}hold: 10m\nexpect: [{ alert: ServiceDown, evidence: "${expr}" }]\n`;
    expect(problemsOf(text("sum(rate(x[5m])) > 0"))).toEqual([]);
    expect(problemsOf(text("sum(rate(x[5m)"))).toEqual([
      expect.stringMatching(/^a\.yaml:5:42: expect\[0\]\.evidence: 1:14: parse error: /),
    ]);
  });

  test("an environment with which one component does not start, over that of all", () => {
    const text = `${HEAD}${FAULT}${EXPECT}hold: 10m\nenv: { A: b }\nenv_of:\n  exporter: { PORT: x }\n`;
    expect(problemsOf(text)).toEqual(['a.yaml:8:15: env_of.exporter.PORT: is "x", expected a port']);
    const seen: unknown[] = [];
    problemsOf(text, {
      checkEnv: (env) => {
        seen.push(env);
        return [];
      },
    });
    expect(seen).toEqual([{ A: "b" }, { A: "b", PORT: "x" }]);
  });

  test("an environment that lacks something, at the whole of it", () => {
    expect(problemsOf(`${HEAD}${FAULT}${EXPECT}hold: 10m\nenv: { NEEDY: x }\n`)).toEqual([
      "a.yaml:6:1: env: NEEDED is not set, and NEEDY needs it",
    ]);
  });

  test("an environment with which nothing starts", () => {
    expect(problemsOf(`${HEAD}${FAULT}${EXPECT}hold: 10m\nenv: { PORT: x }\n`)).toEqual([
      'a.yaml:6:8: env.PORT: is "x", expected a port',
    ]);
  });
});

describe("several files", () => {
  const text = (name: string) => `summary: s\nname: ${name}\n${FAULT}${EXPECT}hold: 10m\n`;

  test("give their scenarios in their order", () => {
    const files = ["b", "a"].map((name) => ({ file: `${name}.yaml`, text: text(name) }));
    expect(readScenarioFiles(files, CHECKS).map(({ name }) => name)).toEqual(["b", "a"]);
  });

  test("must not have one name twice; the problems of all are told at once", () => {
    const files = [
      { file: "a.yaml", text: text("same") },
      { file: "b.yaml", text: "[]" },
      { file: "c.yaml", text: text("same") },
    ];
    expect(() => readScenarioFiles(files, CHECKS)).toThrow(
      [
        "b.yaml:1:1: is [], a list, expected keys with values",
        "c.yaml:2:7: name: same is the name of the scenario in a.yaml:2 already, expected another one",
      ].join("\n"),
    );
  });
});
