// Runs the test files, each in a process of its own, so that a leak, a crash or a hang stays the matter of the file that
// caused it, and ends with a line for each failed test and one `N passed, N failed` over all of them. Those whose verdict is
// about seconds follow plain ones, and have the machine for themselves. Files that use real components or take minutes come
// last, some at a time, of which one may have a stack of its own.
//
//   bun test/support/run-tests.ts [PART_OF_PATH ...]     only the files whose path contains one of the parts
//
// Runs in the top folder of the tree.
//
// DASHSTREAM_REQUIRE_REAL=1 turns missing components into failures, DASHSTREAM_SKIP_REAL=1 leaves them out;
// DASHSTREAM_SKIP_LONG=1 leaves out what takes minutes.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type Failure, type Report, readJunit } from "./junit.ts";

/** A single test may take this long unless it says otherwise; generous, because the machine may be busy. */
const TEST_TIMEOUT_MS = 20_000;
/** One file may take this long before its process is ended. */
const FILE_TIMEOUT_MS = 180_000;
const SLOW_FILE_TIMEOUT_MS = 1_500_000;
/** Of the reason of a failure, in its one line. */
const MAX_REASON_CHARS = 400;
/** Plain ones wait for sockets and processes half of their time. */
const PLAIN_FILES_PER_PROCESSOR = 2;
/** Beside one that has a stack while there is any; they too wait most of their time. */
const SLOW_FILES_AT_ONCE = 3;

const USES_REAL_COMPONENT = /\b(describeReal\w*|requireReal)\(|\/support\/(kafka|kcat)/;
const IS_LONG = /\bdescribeLong\(/;
const IS_TIMED = /\bdescribeTimed\(/;

/** `timed`: about seconds; `stack`: long and of real components, which waits for a stack of its own most of its time. */
type Kind = "plain" | "timed" | "stack" | "long" | "real";

interface Outcome extends Report {
  readonly path: string;
  readonly output: string;
  readonly seconds: number;
  /** Of its process and of those that it has waited for. */
  readonly processorSeconds: number;
}

const root = process.cwd();
/** Gone in the end, with all that tests leave in their folders for temporary files. */
const ownFolder = mkdtempSync(join(tmpdir(), "dashstream-tests-"));
/** Process groups under way, one a file; ended with this process. */
const groups = new Set<number>();
const print = (line: string) => process.stdout.write(`${line}\n`);

function readReport(path: string): Report {
  try {
    return readJunit(readFileSync(path, "utf8"));
  } catch {
    // A file that does not load, has no test or ends its process early leaves no report: judged by `runFile`.
    return { passed: 0, failures: [], skipped: [] };
  }
}

/** What is wrong with a run beyond its failed tests, or `null`. */
function defectOf(report: Report, exitCode: number | null, timedOut: boolean): string | null {
  if (timedOut) return "the file did not end in time";
  if (report.failures.length > 0) return null;
  if (report.passed + report.skipped.length === 0)
    return `no test was reported (exit code ${exitCode ?? "none"})`;
  return exitCode === 0 ? null : `all tests passed but the exit code is ${exitCode ?? "none"}`;
}

/** What cannot be removed, such as what processes that were just ended still write, is no failure of a test. */
function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    print(`note: ${path} is left: ${String(error)}`);
  }
}

function killGroup(pid: number): void {
  process.kill(-pid, "SIGKILL");
}

function interrupted(): void {
  groups.forEach(killGroup);
  removeTree(ownFolder);
  process.exit(130);
}

async function runFile(path: string, timeoutMs: number): Promise<Outcome> {
  // Short: names of sockets have 108 characters at most.
  const folder = mkdtempSync(join(ownFolder, "f"));
  const reportPath = join(folder, "report.xml");
  const started = performance.now();
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      "--no-orphans",
      `--timeout=${TEST_TIMEOUT_MS}`,
      "--reporter=junit",
      `--reporter-outfile=${reportPath}`,
      `./${path}`,
    ],
    {
      cwd: root,
      env: { ...process.env, TMPDIR: folder },
      detached: true,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  groups.add(child.pid);
  let timedOut = false;
  const deadline = setTimeout(() => {
    timedOut = true;
    // The whole group: what a hanging test started would outlive it and hold its output open.
    killGroup(child.pid);
  }, timeoutMs);
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearTimeout(deadline);
  groups.delete(child.pid);
  const report = readReport(reportPath);
  removeTree(folder);
  const defect = defectOf(report, child.exitCode, timedOut);
  return {
    path,
    passed: report.passed,
    skipped: report.skipped,
    failures: [...report.failures, ...(defect === null ? [] : [{ name: "the file", message: defect }])],
    output: [stdout, stderr, defect === null ? "" : `(fail) ${path}: ${defect}\n`].join(""),
    seconds: (performance.now() - started) / 1000,
    processorSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6,
  };
}

function show(outcome: Outcome): void {
  const { path, passed, failures, skipped, seconds, processorSeconds, output } = outcome;
  const failed = failures.length;
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  print(
    `${failed > 0 ? "FAIL" : "ok  "} ${path}: ${counts.join(", ")} (${seconds.toFixed(1)} s, processor ${processorSeconds.toFixed(1)} s)`,
  );
  if (failed > 0) print(output.trimEnd());
  else for (const note of output.match(/^note: .*$/gm) ?? []) print(`     ${note}`);
}

/** Taken by whoever asks first. */
function nextOf(kinds: readonly Kind[]): string | undefined {
  const kind = kinds.find((one) => (queues[one] ?? []).length > 0);
  return kind === undefined ? undefined : queues[kind]?.shift();
}

/**
 * Runs files of these kinds, those of the first kind first, until none is left.
 * @param processes at once
 */
async function runAll(
  kinds: readonly Kind[],
  processes: number,
  timeoutMs: number,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let path = nextOf(kinds); path !== undefined; path = nextOf(kinds)) {
      const outcome = await runFile(path, timeoutMs);
      show(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: processes }, worker));
  return outcomes;
}

/** In one line, for the end of a long output. */
function failureLine(path: string, { name, message }: Failure): string {
  const reason = message.replace(/\s+/g, " ").trim().slice(0, MAX_REASON_CHARS);
  return `failed: ${path}: ${[name, ...(reason === "" ? [] : [reason])].join(": ")}`;
}

function showSkipped(outcomes: readonly Outcome[]): void {
  const countByReason = new Map<string, number>();
  for (const reason of outcomes.flatMap((outcome) => outcome.skipped)) {
    countByReason.set(reason, (countByReason.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of countByReason) print(`skipped ${count}: ${reason}`);
}

process.once("SIGINT", interrupted).once("SIGTERM", interrupted);

const wanted = process.argv.slice(2);
const files = [...new Bun.Glob("test/**/*.test.ts").scanSync({ cwd: root })]
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
  .sort();
/** What this run leaves out of a file does not count. */
function kindOf(path: string): Kind {
  const text = readFileSync(join(root, path), "utf8");
  const withLong = process.env.DASHSTREAM_SKIP_LONG !== "1";
  const isLong = withLong && IS_LONG.test(text);
  const isReal = process.env.DASHSTREAM_SKIP_REAL !== "1" && USES_REAL_COMPONENT.test(text);
  if (withLong && IS_TIMED.test(text)) return "timed";
  if (isLong && isReal) return "stack";
  if (isLong) return "long";
  return isReal ? "real" : "plain";
}
/** What is still to be run. */
const queues = Object.groupBy(files, kindOf);

const outcomes = [
  ...(await runAll(["plain"], PLAIN_FILES_PER_PROCESSOR * availableParallelism(), FILE_TIMEOUT_MS)),
  ...(await runAll(["timed"], 1, SLOW_FILE_TIMEOUT_MS)),
  ...(
    await Promise.all([
      runAll(["stack", "long", "real"], 1, SLOW_FILE_TIMEOUT_MS),
      runAll(["long", "real"], SLOW_FILES_AT_ONCE, SLOW_FILE_TIMEOUT_MS),
    ])
  ).flat(),
];
removeTree(ownFolder);

const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failures = outcomes.flatMap(({ path, failures }) => failures.map((each) => failureLine(path, each)));
const skipped = outcomes.reduce((sum, outcome) => sum + outcome.skipped.length, 0);
failures.forEach(print);
showSkipped(outcomes);
print(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
