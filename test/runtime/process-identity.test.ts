import { expect, test } from "bun:test";
import { systemProcesses } from "../../src/runtime/process-identity.ts";

const own = systemProcesses.own();

test("this process is running", () => {
  expect(own.pid).toBe(process.pid);
  expect(systemProcesses.state(own)).toBe("running");
  expect(systemProcesses.state({ ...own, startedAt: null })).toBe("running");
});

test("a process that ended is gone", async () => {
  const child = Bun.spawn([process.execPath, "--version"], { stdout: "ignore" });
  const identity = { ...own, pid: child.pid, startedAt: null };
  await child.exited;
  expect(systemProcesses.state(identity)).toBe("gone");
  expect(systemProcesses.state({ ...identity, startedAt: "boot 1" })).toBe("gone");
});

test("a number that is used again is another process", () => {
  expect(systemProcesses.state({ ...own, startedAt: "an earlier boot 17" })).toBe("gone");
});

test("a process of another host or container cannot be known", () => {
  expect(systemProcesses.state({ ...own, place: "elsewhere" })).toBe("unknown");
});
