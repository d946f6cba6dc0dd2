// `dashstream drill` as a user types it: what is refused before anything is broken, and what a drill gives.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drillCommand } from "../../src/cli/drill.ts";
import type { Environment } from "../../src/config/environment.ts";
import { serveBun } from "../../src/runtime/serve-bun.ts";
import { group, rule } from "../sim/drill/prometheus-answers.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { runCommand } from "./cli-rig.ts";

const folder = mkdtempSync(join(tmpdir(), "dashstream-drill-"));
const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
afterAll(() => rmSync(folder, { recursive: true }));

const FILES: Readonly<Record<string, string>> = {
  "rules.yml": "groups:\n- name: g\n  rules:\n  - { alert: Lag, expr: lag > 10 }\n",
  "calm.yaml": `name: calm
summary: Nothing breaks.
clients: 0
traffic: { rate: 1, threads: 1 }
warm_up: 1m
faults: []
hold: 30s
settle: 0s
expect: []
`,
  "slow.yaml": `name: slow
summary: Redis is slow.
faults: [{ fault: redis-latency }]
hold: 5m
expect: [{ alert: Lag }]
`,
};
const OWN = ["--rules", "rules.yml", "--no-compare"];
const readFile = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
  return text;
};

function run(...args: readonly string[]) {
  return runCommand([drillCommand], ["drill", ...args], { context: { readFile } });
}

interface Answers {
  /** External labels of its configuration. */
  readonly labels?: string;
  /** How long `Lag` must last, in seconds. */
  readonly forS?: number;
  /** Told when it is asked for samples. */
  readonly onSamples?: () => void;
}

/** Answers as a Prometheus with one rule, one target and no samples does; gives its address. */
async function startPrometheus({ labels = '{ safe_to_break: "true" }', forS = 0, onSamples }: Answers = {}) {
  const target = {
    labels: { job: "dashstream-infrastructure" },
    health: "up",
    scrapeUrl: "",
    scrapeInterval: "",
  };
  const lag = rule(0, [], { duration: forS });
  const answers: Readonly<Record<string, object>> = {
    "status/config": { yaml: `global:\n  external_labels: ${labels}\n` },
    rules: { groups: [group(lag)] },
    targets: { activeTargets: [target] },
    query: { resultType: "matrix", result: [] },
  };
  const server = await serveBun({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 1024,
    maxBufferedBytes: 1024,
    fetch: (request) => {
      const asked = new URL(request.url).pathname.replace("/api/v1/", "");
      if (asked === "query") onSamples?.();
      const data = answers[asked];
      return data === undefined
        ? new Response(null, { status: 404 })
        : Response.json({ status: "success", data });
    },
  });
  endings.push(() => server.stop());
  return `http://127.0.0.1:${server.port}`;
}

describe("a wrong command line is refused with exit code 2:", () => {
  test.each([
    ["other services than docker", ["--services", "podman"], '--services is "podman", expected docker'],
    ["a receiver without a host", ["--receiver", "9099"], '--receiver is "9099", expected host:port'],
    ["a port that there is not", ["--receiver", "h:99999"], '--receiver is "h:99999", expected host:port'],
    [
      "a variable without a value",
      ["--services", "docker", "--set", "LEVEL"],
      '--set is "LEVEL", expected NAME=VALUE',
    ],
    [
      "a variable in small letters",
      ["--services", "docker", "--set", "a=b"],
      "expected NAME=VALUE, the name in capitals",
    ],
    [
      "variables for services that keep theirs",
      ["--set", "A=b"],
      '--set is "A=b" without --services, expected both',
    ],
    [
      "a compose file of services that are left alone, though it is the usual one",
      ["--compose-file", "compose/docker-compose.dashstream.yml"],
      '--compose-file is "compose/docker-compose.dashstream.yml" without --services, expected both',
    ],
    [
      "files of services that are not made anew",
      ["--env-file", "a.env", "--env-file", "b.env"],
      '--env-file is "a.env b.env" without --services, expected both',
    ],
    [
      "what is muted, where nobody listens",
      ["--alertmanager", "http://a:9093"],
      '--alertmanager is "http://a:9093" without --receiver, expected both',
    ],
    ["a scale that is too fast", ["--scale", "61"], "'61' is invalid. expected a number from 1 to 60"],
    ["a scale that is slower", ["--scale", "0.5"], "'0.5' is invalid. expected a number from 1 to 60"],
    ["no time to tell", ["--notify-within", "0"], "expected a whole number from 1 to 86400"],
    ["a seed that is no number", ["--seed", "-1"], "expected a whole number from 0 to 2147483648"],
    ["an address without a scheme", ["--prometheus", "a:9090"], '--prometheus is "a:9090", expected http://'],
    ["a proxy of another scheme", ["--proxy", "ftp://a"], '--proxy is "ftp://a", expected http://'],
    ["a server behind TLS", ["--server", "https://a"], '--server is "https://a", expected http://host:port'],
    [
      "an Alertmanager without a scheme",
      ["--receiver", "a:1", "--alertmanager", "a"],
      '--alertmanager is "a", expected http://',
    ],
    [
      "a directory without targets",
      ["--targets", folder],
      `--targets is "${folder}", expected a directory with a file for each job: there is no ${folder}/dashstream-infrastructure.json`,
    ],
    ["an alert that nothing proves", ["--only", "ServiceDwn"], "did you mean ServiceDown?"],
    ["a scenario that is not there", ["--scenario", "absent.yaml"], "absent.yaml cannot be read"],
    ["rules that are not there", ["--rules", "absent.yml"], "absent.yml cannot be read"],
    ["two reports on standard output", ["--json", "--markdown", "-"], "both write to standard output"],
    ["a report that cannot be written", ["--junit", folder], `--junit: ${folder} cannot be written`],
  ])("%s", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

describe("services that docker could not make anew are refused:", () => {
  const bin = join(folder, "bin");
  const refused = async (env: Environment, ...args: readonly string[]) => {
    const { exitCode, stderr } = await runCommand(
      [drillCommand],
      ["drill", "--services", "docker", ...args],
      {
        env,
        context: { readFile },
      },
    );
    return `${exitCode} ${stderr}`;
  };
  beforeAll(() => {
    mkdirSync(join(bin, "folder", "docker"), { recursive: true });
    writeFileSync(join(bin, "docker"), "#!/bin/sh\n", { mode: 0o755 });
    mkdirSync(join(bin, "plain"));
    writeFileSync(join(bin, "plain", "docker"), "", { mode: 0o644 });
    mkdirSync(join(bin, "idle"));
    const idle = '#!/bin/sh\necho "Cannot connect to the Docker daemon: $*" >&2\nexit 1\n';
    writeFileSync(join(bin, "idle", "docker"), idle, { mode: 0o755 });
  });

  test.each([
    ["that is not set", {}],
    ["that leads nowhere", { PATH: join(folder, "absent") }],
    ["on which docker is a folder", { PATH: `${join(bin, "folder")}:${join(bin, "plain")}` }],
  ])("a PATH %s", async (_, env) => {
    expect(await refused(env)).toStartWith(
      '2 error: --services is "docker", expected a program docker on PATH, which has none',
    );
  });

  test("a compose file that is not there, by default or as it was given", async () => {
    const env = { PATH: `${join(folder, "absent")}:${bin}` };
    expect(await refused(env)).toContain(
      '--compose-file is "compose/docker-compose.dashstream.yml", expected a file that can be read: ENOENT',
    );
    expect(await refused(env, "--compose-file", "absent.yml")).toContain('--compose-file is "absent.yml"');
  });

  test("one of several files of variables that is not there", async () => {
    const args = ["--compose-file", "rules.yml", "--env-file", "slow.yaml", "--env-file", "drill.env"];
    expect(await refused({ PATH: bin }, ...args)).toContain(
      '--env-file is "drill.env", expected a file that can be read: ENOENT',
    );
  });

  test("a docker that does not answer, with what it said, before anybody else is asked", async () => {
    const args = ["--compose-file", "rules.yml", "--prometheus", "http://127.0.0.1:1"];
    const said = await refused({ PATH: `${join(bin, "idle")}:/bin` }, ...args);
    expect(said).toStartWith('1 error: --services is "docker", expected one that answers');
    expect(said).toContain("Cannot connect to the Docker daemon: compose -f rules.yml ps");
  });
});

describe("the list", () => {
  test("says how fast each scenario may be and what it needs, without a stack", async () => {
    const { exitCode, stdout, stderr } = await run(
      "--list",
      "--only",
      "sequence-gap,target-vanished,exporter-killed",
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
    const [headings, ...rows] = stdout.split("\n\n")[0]?.split("\n") ?? [];
    expect(headings).toMatch(/^scenario +scale up to +needs +what happens$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
      ["sequence-gap", "60", "-"],
      ["target-vanished", "60", "targets"],
      ["exporter-killed", "60", "services, job dashstream-checkout"],
    ]);
    expect(stdout).toContain("redis-latency");
  });

  test("is one JSON object for programs", async () => {
    const { stdout } = await run("--list", "--json", "--only", "service-killed,limiter-redis-down");
    expect(JSON.parse(stdout)).toMatchObject({
      scenarios: [
        { scenario: "service-killed", needs: ["services"], alerts: ["ServiceDown"] },
        { scenario: "limiter-redis-down", max_scale: 60, needs: ["proxy", "services"] },
      ],
      faults: expect.arrayContaining([expect.objectContaining({ fault: "redis-latency", area: "redis" })]),
    });
  });
});

describe("a stack is left alone", () => {
  test("whose Prometheus is not there, which is no wrong command line", async () => {
    const url = await startPrometheus();
    await endings.pop()?.();
    const { exitCode, stderr } = await run("--prometheus", `${url}//`, "--only", "SequenceGapsDetected");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `--prometheus is "${url}//": nothing listens there (ECONNREFUSED); start the stack (make stack-up, or docker compose up in compose/) or name yours: `,
    );
  });

  test("of which --prometheus names something else", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run("--prometheus", `${url}/elsewhere`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `--prometheus is "${url}/elsewhere", which is no Prometheus: GET ${url}/elsewhere/api`,
    );
  });

  test("whose Kafka is not there", async () => {
    const args = ["--scenario", "calm.yaml", ...OWN, "--kafka-brokers", "127.0.0.1:1"];
    const { exitCode, stderr } = await run("--prometheus", await startPrometheus(), ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--kafka-brokers is "127.0.0.1:1": nothing listens there (ECONNREFUSED)');
  });

  test("that is not marked as safe to break", async () => {
    const url = await startPrometheus({ labels: "{}" });
    const { exitCode, stderr } = await run("--prometheus", url);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `${url} is not marked as safe to break, expected the external label safe_to_break: "true" in its configuration, or --yes-break ${url}`,
    );
  });

  test("when --yes-break names another one, although it is marked", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run("--prometheus", url, "--yes-break", "http://staging:9090");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--yes-break is http://staging:9090, expected ${url}`);
  });

  test("when it has rules of another scale", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run("--prometheus", url, "--scale", "60");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/the rules of http:\S+ are not those of a drill with --scale 60: /);
    expect(stderr).toContain("make them with `dashstream rules --scale 60` and reload");
  });

  test("when it has not loaded somebody's own rules", async () => {
    const url = await startPrometheus({ forS: 300 });
    const { exitCode, stderr } = await run("--prometheus", url, "--scenario", "calm.yaml", ...OWN);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Lag has for: 5m there, expected 0s; load those of rules.yml");
  });
});

describe("a drill", () => {
  test("of what cannot be broken ends at once with exit code 2, and names the flags", async () => {
    const url = await startPrometheus({ labels: "{}" });
    const args = ["--prometheus", url, "--yes-break", `${url}/`, "--scenario", "slow.yaml", ...OWN];
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith("error: nothing can be played: slow needs --proxy");
  });

  test("that is too fast for all that is selected is refused before rules are compared", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run(
      "--prometheus",
      url,
      "--scale",
      "60",
      "--only",
      "sequence-gap-halt",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("nothing can be played: sequence-gap-halt ");
  });

  test("gives one JSON document, and a file for CI", async () => {
    const url = await startPrometheus();
    const junit = join(folder, "drill.xml");
    const args = [
      "--prometheus",
      url,
      "--scenario",
      "slow.yaml,calm.yaml",
      "--json",
      "--junit",
      junit,
      "--scale",
      "60",
      ...OWN,
      ...(await kafkaFlags()),
    ];
    const { exitCode, stdout } = await run(...args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      engine: "prometheus",
      seed: 1,
      scale: 60,
      alerts: [],
      scenarios: [{ scenario: "calm" }],
      findings: [],
      notifications: [],
      comparison: [],
      skipped: [{ scenario: "slow", because: "needs --proxy" }],
      run: { workers: 1, runtime: "bun 1.4.5" },
    });
    expect(await Bun.file(junit).text()).toContain("<testsuites");
  });

  /** Flags of a Kafka that is there. */
  async function kafkaFlags(): Promise<readonly string[]> {
    const broker = await startEmbeddedBroker();
    endings.push(() => broker.stop());
    broker.createTopic("telemetry", { partitions: 1 });
    const brokers = broker.nodes.map(({ host, port }) => `${host}:${port}`).join(",");
    return ["--kafka-brokers", brokers, "--kafka-topic", "telemetry"];
  }

  test("that is interrupted gives the report of what was played, and then says what was put back", async () => {
    const interruption = new AbortController();
    const prometheus = await startPrometheus({ onSamples: () => interruption.abort() });
    const flags = ["--prometheus", prometheus, "--scenario", "calm.yaml", "--scale", "60", "--json"];
    const context = { readFile, interrupted: interruption.signal };
    const args = ["drill", ...flags, ...OWN, ...(await kafkaFlags())];
    const { exitCode, stdout, stderr } = await runCommand([drillCommand], args, { context });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      scenarios: [{ scenario: "calm", findings: ["it was interrupted"] }],
    });
    expect(stderr).toContain("interrupted; no fault was in force, and nothing had to be put back");
    expect(exitCode).toBe(1);
  });

  test("is played, sixty times as fast, and proves that nothing fires", async () => {
    const args = [
      ...[
        "--prometheus",
        await startPrometheus(),
        "--scenario",
        "calm.yaml",
        "--scale",
        "60",
        "--json",
        ...OWN,
      ],
      ...(await kafkaFlags()),
      ...["--receiver", "127.0.0.1:0"],
    ];
    const { exitCode, stdout, stderr } = await run(...args);
    const [listening, ...notes] = stderr.trimEnd().split("\n");
    expect(listening).toMatch(/^listening for Alertmanager on http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(notes).toEqual([
      "calm begins, 1 of 1",
      "calm waits for the stack to be quiet, at most 2m",
      "calm is being played, 2s",
      "calm passed",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      scenarios: [{ scenario: "calm", ok: true, findings: [] }],
    });
    expect(exitCode).toBe(0);
  });

  test("that is interrupted before anything is broken ends with exit code 1", async () => {
    const stack = ["--prometheus", await startPrometheus(), ...(await kafkaFlags())];
    const args = [...stack, "--scenario", "calm.yaml", ...OWN];
    const context = { readFile, interrupted: AbortSignal.abort() };
    const { exitCode, stderr } = await runCommand([drillCommand], ["drill", ...args], { context });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("interrupted before --kafka-brokers is ");
  });

  test("explains itself with examples", async () => {
    const { exitCode, stdout } = await run("--help");
    expect(exitCode).toBe(0);
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("$ dashstream drill --only SequenceGapsDetected");
    expect(text).toContain("1 something is not proven, a server of the stack is not reachable, ");
    expect(text).toContain("nobody need be told of what another alert mutes");
    for (const flag of [
      "--proxy",
      "--services",
      "--targets",
      "--receiver",
      "--alertmanager",
      "--yes-break",
    ]) {
      expect(text).toContain(`${flag} <`);
    }
  });
});
