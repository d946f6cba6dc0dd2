import { expect, test } from "bun:test";
import { systemProcesses } from "../../src/runtime/process-identity.ts";
import { eventually } from "../support/eventually.ts";

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

test("a process that was just started is known by its number, until it ends", async () => {
  const child = Bun.spawn(["sleep", "600"]);
  const identity = systemProcesses.of(child.pid);
  expect(systemProcesses.state(identity)).toBe("running");
  child.kill("SIGKILL");
  await child.exited;
  expect(systemProcesses.state(identity)).toBe("gone");
});

test("a process that ended while its parent does not ask how is gone", async () => {
  // The shell becomes a program that knows nothing of the child it had before.
  const child = Bun.spawn(["sh", "-c", "true & echo $!; exec sleep 600"], { stdout: "pipe" });
  const { value } = await child.stdout.getReader().read();
  const identity = systemProcesses.of(Number(new TextDecoder().decode(value)));
  await eventually(
    () => systemProcesses.state({ ...identity, startedAt: identity.startedAt ?? "ended" }) === "gone",
  );
  child.kill("SIGKILL");
});
