import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServicePlan } from "../../../../compose/processes/plan.ts";
import type { Launch } from "../../../../compose/processes/programs/program.ts";
import { systemStackSeams } from "../../../../compose/processes/running/seams.ts";
import { ServiceProcess } from "../../../../compose/processes/running/service-process.ts";
import { StateFolder } from "../../../../compose/processes/running/state-folder.ts";
import { servicePlan } from "./plan-rig.ts";

const never = new AbortController().signal;
let dir: string;
let service: ServiceProcess | null;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-service-"));
  service = null;
});
afterEach(async () => {
  await service?.kill();
  rmSync(dir, { recursive: true });
});

function create(
  launch: Partial<Launch> = {},
  seams = systemStackSeams,
  given: Partial<Pick<ServicePlan, "gracePeriodMs" | "stopSignal">> = {},
): ServiceProcess {
  const folder = new StateFolder(dir);
  folder.create();
  mkdirSync(join(dir, "services", "one"), { recursive: true });
  const plan = servicePlan({ workDir: dir, log: join(dir, "logs", "one.log"), launch, ...given });
  service = new ServiceProcess({ plan, folder, seams, isTied: true });
  return service;
}

async function untilSaid({ plan }: ServiceProcess, word: string): Promise<void> {
  while (!(await Bun.file(plan.log).text()).includes(word)) await systemStackSeams.clock.sleep(10);
}

const shell = (script: string) => ({ command: ["sh", "-c", script] });

describe("a service as a process", () => {
  test("runs from its start to its stop, also in the eyes of others", async () => {
    const one = create();
    expect(one.isRunning()).toBe(false);
    await one.start(never);
    const other = new ServiceProcess({
      plan: one.plan,
      folder: new StateFolder(dir),
      seams: systemStackSeams,
      isTied: false,
    });
    expect(other.isRunning()).toBe(true);
    expect(await other.stop()).toBe("ended");
    expect(one.isRunning()).toBe(false);
    expect(one.record()).toBeNull();
    expect(await one.stop()).toBe("was not running");
  });

  test("that is killed is not running, and was not stopped", async () => {
    const one = create();
    await one.start(never);
    await one.kill();
    expect(one.isRunning()).toBe(false);
    expect(one.record()).not.toBeNull();
  });

  test("that ends while it starts is told with how it ended and what it said last", async () => {
    const one = create({ ...shell("echo the port is taken; exit 3"), readiness: { kind: "tcp", port: 1 } });
    await expect(one.start(never)).rejects.toThrow(/one ended with exit code 3 .*\n.*the port is taken/);
  });

  test("that cannot be started at all is told by name", async () => {
    const readiness = { kind: "running", forMs: 10_000 } as const;
    const one = create({ command: [join(dir, "none")], readiness });
    await expect(one.start(never)).rejects.toThrow(/one.*\n?.*none/);
  });

  test("that does not hear is killed after its grace period, which is said", async () => {
    const deaf = shell("trap '' TERM; echo deaf; while :; do sleep 0.05; done");
    const one = create(deaf, systemStackSeams, { gracePeriodMs: 300 });
    await one.start(never);
    await untilSaid(one, "deaf");
    let said = 0;
    expect(await one.stop(() => said++)).toBe("had to be killed");
    expect(said).toBe(1);
    expect(one.isRunning()).toBe(false);
  });

  test("hears the stop signal of its own and no other", async () => {
    const script = "trap 'echo interrupted; exit 0' INT; trap '' TERM; echo up; while :; do sleep 0.05; done";
    const one = create(shell(script), systemStackSeams, { stopSignal: "SIGINT" });
    await one.start(never);
    await untilSaid(one, "up");
    expect(await one.stop()).toBe("ended");
    expect(await Bun.file(one.plan.log).text()).toContain("interrupted");
  });

  test("that stands still is stopped in order too", async () => {
    const one = create();
    await one.start(never);
    one.signal("SIGSTOP");
    expect(await one.stop()).toBe("ended");
  });

  test("whose number is used again is left alone", async () => {
    const one = create();
    await one.start(never);
    const record = one.record();
    if (record === null) throw new Error("there is no record");
    // The same number, another start.
    const recycled = { ...record, process: { ...record.process, startedAt: "an earlier boot 17" } };
    new StateFolder(dir).writeService("one", recycled);
    const signals: unknown[] = [];
    const seams = { ...systemStackSeams, signal: (...sent: readonly unknown[]) => void signals.push(sent) };
    const later = new ServiceProcess({ plan: one.plan, folder: new StateFolder(dir), seams, isTied: false });
    expect(later.isRunning()).toBe(false);
    expect(await later.stop()).toBe("was not running");
    new StateFolder(dir).writeService("one", recycled);
    await later.kill();
    expect(() => later.signal("SIGHUP")).toThrow("one does not run");
    expect(signals).toEqual([]);
    new StateFolder(dir).writeService("one", record);
    expect(one.isRunning()).toBe(true);
  });

  test("that does a job is done when it ended well, and only then", async () => {
    const job = create({ ...shell("exit 0"), readiness: { kind: "completed" } });
    await job.start(never);
    expect(job.isCompleted()).toBe(true);
    expect(job.isRunning()).toBe(false);
    const failing = create({ ...shell("exit 1"), readiness: { kind: "completed" } });
    await expect(failing.start(never)).rejects.toThrow("exit code 1");
    expect(failing.isCompleted()).toBe(false);
  });

  test("gets the variables of its plan, and none of this process but what the system needs", async () => {
    process.env.DASHSTREAM_TEST_SECRET = "secret";
    const job = create({ ...shell("env"), env: { GIVEN: "yes" }, readiness: { kind: "completed" } });
    await job.start(never);
    delete process.env.DASHSTREAM_TEST_SECRET;
    const said = await Bun.file(job.plan.log).text();
    expect(said).toContain("GIVEN=yes");
    expect(said).toContain("PATH=");
    expect(said).not.toContain("SECRET");
  });

  test("is prepared before its first start, not before others", async () => {
    const mark = join(dir, "formatted");
    const before = { command: ["sh", "-c", `echo formatting; touch ${mark}`], unless: mark };
    const one = create({ before });
    await one.start(never);
    await one.stop();
    await one.start(never);
    expect((await Bun.file(one.plan.log).text()).match(/formatting/g)).toHaveLength(1);
    const failing = create({ before: { command: ["sh", "-c", "exit 4"], unless: join(dir, "never") } });
    await one.kill();
    await expect(failing.start(never)).rejects.toThrow("ended with 4");
  });
});
