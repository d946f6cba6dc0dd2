// promtool as a program: found, asked for its version, and run on a rule test within bounded time. What it leaves is
// removed.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DashstreamError, systemCode } from "../../../src/errors.ts";

export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** A file beside others. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The first release whose rule tests can begin at a time that is not 1970 (`start_timestamp`). */
const OLDEST = { major: 3, minor: 9 };
/** A test of hours of many rules takes some seconds. */
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const VERSION = /^promtool, version (\d+)\.(\d+)\S*/m;
/** Builds from the module do not know their version; 2.x has five samples in the range, and knows no start. */
const PROBE: NamedText = {
  name: "probe.yaml",
  text: [
    "tests:",
    "- interval: 15s",
    '  start_timestamp: "2026-01-01T00:00:00Z"',
    "  input_series: [{series: probe, values: 1x4}]",
    "  promql_expr_test:",
    '  - {expr: "count_over_time(probe[1m])", eval_time: 1m, exp_samples: [{labels: "{}", value: 4}]}',
    "",
  ].join("\n"),
};

/**
 * Makes sure that a program is a promtool whose answers count.
 * @throws DashstreamError `usage` if it is not there, is another program, or is too old
 */
export async function checkPromtool(program: string, signal?: AbortSignal): Promise<void> {
  const { ok, stdout, stderr } = await run(program, ["--version"], undefined, signal);
  const [shown, major, minor] = VERSION.exec(`${stdout}${stderr}`) ?? [];
  if (shown !== undefined) {
    const isNew =
      Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
    if (isNew) return;
    throw tooOld(program, shown);
  }
  if (!ok || !`${stdout}${stderr}`.startsWith("promtool")) {
    throw new DashstreamError("usage", `${program} is not promtool: --version printed ${quote(stdout)}`);
  }
  const probe = await runRuleTest(program, PROBE.name, [PROBE], signal);
  if (!probe.ok) throw tooOld(program, "a promtool of unknown version");
}

function tooOld(program: string, found: string): DashstreamError {
  return new DashstreamError(
    "usage",
    `${program} is ${found}; expected ${OLDEST.major}.${OLDEST.minor} or later: Prometheus 2 has other borders of ranges, and tests of older promtools begin in 1970 only`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.trim().slice(0, 100));
}

/**
 * Runs a test beside its files in a folder of its own.
 * @param test the name of the one that is the test
 * @throws DashstreamError `usage` if promtool cannot be started, `aborted`
 */
export async function runRuleTest(
  program: string,
  test: string,
  files: readonly NamedText[],
  signal?: AbortSignal,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "dashstream-promtool-"));
  try {
    await Promise.all(files.map(({ name, text }) => writeFile(join(folder, name), text)));
    return await run(program, ["test", "rules", test], folder, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(
  program: string,
  args: readonly string[],
  cwd: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const options = {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    killSignal: "SIGKILL",
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
  } as const;
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve({ ok: true, stdout, stderr });
      else if (typeof error.code === "number") resolve({ ok: false, stdout, stderr });
      else if (signal?.aborted) reject(new DashstreamError("aborted", "interrupted"));
      else if (error.killed) {
        const limit = `${TIMEOUT_MS / 1000} s or ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB of output`;
        reject(new DashstreamError("invariant", `${program} was stopped after ${limit}`, { cause: error }));
      } else reject(notStarted(program, error));
    });
  });
}

function notStarted(program: string, cause: unknown): DashstreamError {
  const hint = program.includes("/") ? "" : " in PATH; --promtool names another";
  const missing = systemCode(cause) === "ENOENT" ? `is not there${hint}` : "cannot be run";
  return new DashstreamError("usage", `${program} ${missing}`, { cause });
}
