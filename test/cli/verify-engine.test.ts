// The choice of the engine, before anything runs. What promtool says of recordings: test/sim/verify/promtool.

import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyCommand } from "../../src/cli/verify.ts";
import { runCommand } from "./cli-rig.ts";

const folder = mkdtempSync(join(tmpdir(), "dashstream-verify-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

const old = join(folder, "promtool");
writeFileSync(old, "#!/bin/sh\necho 'promtool, version 2.55.1 (branch: HEAD)'\n", { mode: 0o755 });

const verify = (...args: readonly string[]) => runCommand([verifyCommand], ["verify", ...args]);

describe("verify with promtool", () => {
  test.each([[["--engine", "promtool", "--promtool", old]], [["--promtool", old]]])(
    "%p of Prometheus 2 runs nothing, and says what is needed",
    async (args) => {
      const { exitCode, stdout, stderr } = await verify(...args);
      expect(exitCode).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toContain(`${old} is promtool, version 2.55.1; expected 3.9 or later`);
    },
  );

  test("that is not there runs nothing either", async () => {
    const { exitCode, stderr } = await verify("--promtool", join(folder, "none"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("none is not there");
  });
});

test("mutants are tried without it", async () => {
  const { exitCode, stderr } = await verify("--mutate", "--engine", "promtool");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--mutate takes no --engine promtool");
});

test("there is no third engine", async () => {
  const { exitCode, stderr } = await verify("--engine", "thanos");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Allowed choices are dashstream, promtool");
});
