// `dashstream promql eval`, over files and over a server that exports metrics.

import { afterAll, describe, expect, test } from "bun:test";
import { promqlCommand } from "../../src/cli/promql.ts";
import { manualClock } from "../support/manual-clock.ts";
import { runCommand, startCommandLine } from "./cli-rig.ts";

const FILES: Readonly<Record<string, string>> = {
  "load.txt": 'load 1m\n  requests_total{job="a"} 0+60x10\n  requests_total{job="b"} 0+30x10\n',
  "gauge.txt": "load 1m\n  queue 1 2 3\n",
  "metrics.txt": "# TYPE up gauge\nup 1\n",
  "broken.txt": "up one\n",
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw new Error("ENOENT: no such file");
  return text;
}

const run = (...args: readonly string[]) =>
  runCommand([promqlCommand], ["promql", "eval", ...args], { context: { readFile } });

let asked = 0;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => {
    if (new URL(request.url).pathname === "/health") return Response.json({ status: "x".repeat(500) });
    if (new URL(request.url).pathname !== "/metrics") return new Response("no", { status: 404 });
    return new Response(`# TYPE c counter\nc_total ${asked++ * 30}\n`);
  },
});
const metrics = `http://127.0.0.1:${server.port}/metrics`;

afterAll(() => server.stop(true));

describe("over a file", () => {
  test("an instant is a line for each series", async () => {
    const { exitCode, stdout } = await run("rate(requests_total[2m])", "--series", "load.txt", "--at", "5m");
    expect(stdout).toBe('{job="a"} 1\n{job="b"} 0.5\n');
    expect(exitCode).toBe(0);
  });

  test("without --at, the time is that of the last sample", async () => {
    expect((await run("requests_total{job='a'}", "--series", "load.txt")).stdout).toBe(
      'requests_total{job="a"} 600\n',
    );
    expect((await run("up", "--series", "metrics.txt")).stdout).toBe("up 1\n");
  });

  test("a range is a block for each series", async () => {
    const { stdout } = await run(
      "sum(requests_total)",
      "--series",
      "load.txt",
      "--at",
      "4m",
      "--range",
      "2m",
      "--step",
      "1m",
    );
    expect(stdout).toBe("{}\n  120s 180\n  180s 270\n  240s 360\n");
  });

  test("numbers and texts stand alone", async () => {
    expect((await run("1 / 4", "--series", "load.txt")).stdout).toBe("0.25\n");
    expect((await run("'text'", "--series", "load.txt")).stdout).toBe("text\n");
  });

  test.each([
    ["nothing", [], "no series is named nothing"],
    ["request_total", [], "no series is named request_total; did you mean requests_total?"],
    ["sum(requests_total{job='c'})", [], "no series fits requests_total{job='c'}"],
    [
      "rate(requests_total[30s])",
      [],
      "rate() needs two samples, and no series has two in requests_total[30s]",
    ],
    ["requests_total", ["--at", "1h"], "no series has a sample that is recent enough at the time of --at"],
    [
      "requests_total > 1000",
      ["--range", "5m"],
      "the series are there, but the expression gives nothing for their values and labels",
    ],
  ])("nothing found is no failure, and is explained: %s", async (expr, more, reason) => {
    expect(await run(expr, "--series", "load.txt", ...more)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: `nothing was found: ${reason}\n`,
    });
  });

  test("a rate over one sample says what it lacks, also beside JSON", async () => {
    const { stdout, stderr } = await run("rate(up[5m])", "--series", "metrics.txt", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ resultType: "vector", result: [] });
    expect(stderr).toBe("nothing was found: rate() needs two samples, and no series has more than one\n");
  });

  test("--json is what the HTTP API has in data, with remarks", async () => {
    const { stdout } = await run(
      "rate(requests_total{job='a'}[2m])",
      "--series",
      "load.txt",
      "--json",
      "--at",
      "300",
    );
    expect(JSON.parse(stdout)).toEqual({
      resultType: "vector",
      result: [{ metric: { job: "a" }, value: [300, "1"] }],
      warnings: [],
      infos: [],
    });
    const range = await run("time()", "--series", "load.txt", "--json", "--range", "1m", "--at", "2m");
    expect(JSON.parse(range.stdout).result).toEqual([
      {
        metric: {},
        values: [
          [60, "60"],
          [120, "120"],
        ],
      },
    ]);
  });

  test("remarks go to standard error", async () => {
    const { stderr } = await run("rate(queue[2m])", "--series", "gauge.txt");
    expect(stderr).toContain("metric might not be a counter");
  });
});

describe("over a component's metrics", () => {
  test("one scrape is enough for a value", async () => {
    asked = 1;
    expect((await run("c_total", "--metrics", metrics)).stdout).toBe("c_total 30\n");
  });

  test("one scrape is too little for a rate, which is said", async () => {
    expect(await run("rate(c_total[1m])", "--metrics", metrics)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "nothing was found: rate() needs two samples, and there was one scrape: use --scrapes 2\n",
    });
  });

  test("several scrapes let a rate be computed", async () => {
    asked = 0;
    const clock = manualClock();
    const args = [
      "promql",
      "eval",
      "rate(c_total[1m])",
      "--metrics",
      metrics,
      "--scrapes",
      "3",
      "--interval",
      "10",
    ];
    const started = startCommandLine([promqlCommand], args, { context: { clock } });
    for (const count of [1, 2]) {
      while (asked < count || clock.pendingDelays().length === 0)
        await new Promise((resolve) => setImmediate(resolve));
      clock.advance(10_000);
    }
    expect(await started.exitCode).toBe(0);
    // 60 within the minute: a counter is not continued to before it was 0.
    expect(started.stdout.text).toBe("{} 1\n");
  });

  test("no answer, and an answer that is none, exit 1", async () => {
    const refused = await run("up", "--metrics", metrics.replace("/metrics", "/other"));
    expect(refused.stderr).toContain("answered status 404");
    expect(refused.exitCode).toBe(1);
    const health = metrics.replace("/metrics", "/health");
    const json = await run("up", "--metrics", health);
    expect(json).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `error: ${health}: this is not the Prometheus text format: line 1 of the metrics: {"status":"${"x".repeat(68)}… is not a list of label="value" from character 2 on\n`,
    });
    const silent = await run("up", "--metrics", "http://127.0.0.1:1/metrics");
    expect(silent.stderr).toContain("does not answer");
    expect(silent.exitCode).toBe(1);
  });
});

test.each([
  [["up"], "give one of --series FILE and --metrics URL"],
  [["up", "--series", "a", "--metrics", "b"], "give one of --series FILE and --metrics URL"],
  [["up", "--metrics", "localhost:3002"], '--metrics is "localhost:3002", expected http://host:port/metrics'],
  [["up", "--series", "load.txt", "--scrapes", "2"], "--scrapes needs --metrics"],
  [["up", "--series", "missing.txt"], "missing.txt cannot be read: ENOENT: no such file"],
  [
    ["up", "--series", "broken.txt"],
    'broken.txt: this is not the Prometheus text format: line 1 of the metrics: "one" after up is',
  ],
  [["sum(", "--series", "load.txt"], "1:5: parse error"],
  [["up", "--series", "load.txt", "--at", "soon"], "expected a duration after the first sample"],
  [["up", "--series", "load.txt", "--step", "1m"], "--step needs --range"],
  [["up", "--series", "load.txt", "--range", "5"], "expected a duration such as"],
  [["up", "--series", "load.txt", "--range", "1y", "--step", "1s"], "--range has more than 11000 steps"],
])("%j is wrong usage", async (args, reason) => {
  const { exitCode, stderr } = await run(...args);
  expect(stderr).toContain(reason);
  expect(exitCode).toBe(2);
});
