import { expect, test } from "bun:test";
import { versionCommand } from "../../src/cli/version.ts";
import { runCommand } from "./cli-rig.ts";

test("version names version, commit, date and runtime, for people and for programs", async () => {
  expect(await runCommand([versionCommand], ["version"])).toEqual({
    exitCode: 0,
    stdout: "dashstream 1.2.3 (commit abc, built 2026-01-01, bun 1.4.5)\n",
    stderr: "",
  });
  const { stdout } = await runCommand([versionCommand], ["version", "--json"]);
  expect(JSON.parse(stdout)).toEqual({
    version: "1.2.3",
    git_sha: "abc",
    build_date: "2026-01-01",
    runtime: "bun 1.4.5",
  });
});
