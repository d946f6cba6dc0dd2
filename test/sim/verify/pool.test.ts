// Work divided among real processes: results in order, errors by name, and no process left behind.

import { afterAll, describe, expect, test } from "bun:test";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PoolOptions, runPool } from "../../../sim/verify/pool.ts";
import type { ScriptedJob, ScriptedResult } from "./scripted-worker.ts";

const WORKER = join(import.meta.dir, "scripted-worker.ts");
const folder = mkdtempSync(join(tmpdir(), "dashstream-pool-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** A run, and the processes that it started. */
function pool(
  jobs: readonly ScriptedJob[],
  options: Partial<PoolOptions<ScriptedJob, ScriptedResult>> = {},
  program: readonly [string, ...string[]] = [process.execPath, WORKER],
) {
  const processes: ChildProcessWithoutNullStreams[] = [];
  const run = runPool<ScriptedJob, ScriptedResult>({
    jobs,
    workers: 2,
    nameOf: ({ name }) => `job ${name}`,
    startWorker() {
      const [file, ...args] = program;
      const child = spawn(file, args, { stdio: "pipe" });
      processes.push(child);
      return child;
    },
    ...options,
  });
  return { run, processes };
}

/** Resolves once all of them are gone. */
function allGone(processes: readonly ChildProcessWithoutNullStreams[]): Promise<unknown> {
  const running = processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  return Promise.all(running.map((child) => new Promise((resolve) => child.once("exit", resolve))));
}

function answers(...names: readonly string[]): readonly ScriptedJob[] {
  return names.map((name) => ({ name, does: "answer" }));
}

describe("results", () => {
  test("come in the order of the work, whoever was first", async () => {
    const file = join(folder, "released");
    const finished: string[] = [];
    const jobs: readonly ScriptedJob[] = [{ name: "a", does: "wait", file }, ...answers("b", "c")];
    const { run, processes } = pool(jobs, {
      onResult({ name }) {
        finished.push(name);
        if (name === "b") writeFileSync(file, "");
      },
    });
    const { results, maxRssBytes } = await run;
    expect(results.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(finished[0]).toBe("b");
    // Each of two processes needs more than a few megabytes.
    expect(maxRssBytes).toBeGreaterThan(20 * 1024 * 1024);
    await allGone(processes);
  });

  test("come from no more processes than there is work or than are allowed", async () => {
    const few = pool(answers("a"), { workers: 5 });
    await few.run;
    expect(few.processes).toHaveLength(1);
    const many = pool(answers("a", "b", "c", "d"), { workers: 2 });
    const { results } = await many.run;
    expect(many.processes).toHaveLength(2);
    expect(new Set(results.map(({ pid }) => pid)).size).toBeLessThanOrEqual(2);
    expect(await pool([]).run).toEqual({ results: [], maxRssBytes: 0 });
  });

  test("are told as they come, after the start of each", async () => {
    const events: string[] = [];
    const { run } = pool(answers("a", "b"), {
      workers: 1,
      onStart: ({ name }) => events.push(`start ${name}`),
      onResult: ({ name }, result) => events.push(`end ${name} ${result.name}`),
    });
    await run;
    expect(events).toEqual(["start a", "end a a", "start b", "end b b"]);
  });
});

describe("an error", () => {
  test.each([
    [
      "of the work keeps its code and names the work",
      "refuse",
      "scenario_invalid",
      /^job x: there is no such fault$/,
    ],
    [
      "that is a bug shows where it happened",
      "break",
      "invariant",
      /^job x: TypeError: a bug\n[\s\S]*scripted-worker/,
    ],
    [
      "is a process that dies, with its last words",
      "die",
      "invariant",
      /^the process for job x died: out of everything$/,
    ],
  ] as const)("%s", async (_, does, code, message) => {
    const { run, processes } = pool([
      { name: "h", does: "hang" },
      { name: "x", does },
    ]);
    await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await allGone(processes);
  });

  test("is a program that cannot be started", async () => {
    const { run } = pool(answers("a"), {}, [join(folder, "absent")]);
    await expect(run).rejects.toMatchObject({
      code: "invariant",
      message: expect.stringMatching(/^the process for job a died: .*ENOENT/),
    });
  });

  test("is a line that is no answer, for instance of a library that prints", async () => {
    const { run } = pool(answers("a"), {}, ["/bin/sh", "-c", "echo hello; cat >/dev/null"]);
    await expect(run).rejects.toMatchObject({
      code: "invariant",
      message: 'the process for job a answered with what is no answer: "hello"',
    });
  });
});

describe("an interrupt", () => {
  test("ends all processes", async () => {
    const interruption = new AbortController();
    const { run, processes } = pool([{ name: "h", does: "hang" }], {
      signal: interruption.signal,
      onStart: () => interruption.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    await allGone(processes);
  });

  test("before anything began starts nothing", async () => {
    const { run, processes } = pool(answers("a"), { signal: AbortSignal.abort() });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(processes).toEqual([]);
  });
});
