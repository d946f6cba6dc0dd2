// What the commands of the stack say before anything runs: their variables, and where shifted ports are.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mount } from "../../../compose/processes/compose-file/service.ts";
import { StateFolder } from "../../../compose/processes/running/state-folder.ts";
import { outcomeOf } from "../../support/child-process.ts";
import { servicePlan } from "./running/plan-rig.ts";

const ROOT = join(import.meta.dir, "..", "..", "..");
const MAIN = join(ROOT, "compose", "processes", "main.ts");
const VARIABLES = [
  "STACK_DIR",
  "STACK_PROFILES",
  "STACK_KAFKA",
  "STACK_PORT_OFFSET",
  "STACK_BINARY",
  "STACK_COMPOSE_FILE",
];
const TIMEOUT_MS = 30_000;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-stack-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A stack that was started with an offset, as later processes find it. */
function record(portOffset: number, mounts: readonly Mount[] = []): void {
  const folder = new StateFolder(dir);
  folder.create();
  const service = "dashstream-prometheus";
  const address = (containerPort: number) => ({ service, containerPort, port: containerPort + portOffset });
  folder.writeStack({
    services: [servicePlan({ name: service, mounts, addresses: [address(9090), address(9091)] })],
    leftOut: [],
    notes: [],
    volumes: {},
    reachable: [
      {
        name: service,
        hosts: [service],
        ports: [
          { target: 9090, published: 9090 },
          { target: 9091, published: null },
        ],
      },
    ],
    addresses: [address(9090), address(9091)],
    composeFile: join(dir, "compose.yml"),
    profiles: [],
    portOffset,
    kafka: "kafka-3.9",
    binary: null,
  });
}

async function run(...command: readonly string[]) {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    // In place of an interactive shell.
    env: { PATH: process.env.PATH, HOME: dir, STACK_DIR: dir, SHELL: "true" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return await outcomeOf(child);
}

test.each([
  ["the command of the stack", [process.execPath, MAIN, "--help"]],
  ["make help", ["make", "help"]],
])(
  "%s names the variables of the stack",
  async (_, command) => {
    const { code, stdout } = await run(...command);
    expect(code).toBe(0);
    const named = [...stdout.matchAll(/^ *(STACK_\w+) +\w/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(VARIABLES.toSorted());
  },
  TIMEOUT_MS,
);

test("the readme names them, too", () => {
  const text = readFileSync(join(ROOT, "compose", "processes", "README.md"), "utf8");
  const named = [...text.matchAll(/^\| `(STACK_\w+)` \|/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(VARIABLES.toSorted());
});

test(
  "the shell of a stack with an offset begins with where its published ports are",
  async () => {
    record(5_000);
    const { code, stdout, stderr } = await run("make", "stack-shell");
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^dashstream-prometheus +localhost:9090 +127\.0\.0\.1:14090$/m);
    expect(stderr).toContain("shifted by 5000");
    expect(stderr).not.toContain("14091");
  },
  TIMEOUT_MS,
);

test(
  "the shell of a stack without an offset and mounts, or of none, begins with nothing",
  async () => {
    expect(await run("make", "stack-shell")).toEqual({ code: 0, stdout: "", stderr: "" });
    record(0);
    expect(await run("make", "stack-shell")).toEqual({ code: 0, stdout: "", stderr: "" });
  },
  TIMEOUT_MS,
);

test(
  "the shell of a stack in which files are mounted begins with where their copies lie",
  async () => {
    const source = { kind: "bind", path: join(dir, "prometheus") } as const;
    record(0, [{ target: "/etc/prometheus", source }]);
    const { stdout, stderr } = await run("make", "stack-shell");
    expect(stdout).toBe("");
    const copy = join(dir, "files", "dashstream-prometheus", "etc", "prometheus");
    expect(stderr.split(/\s+/).slice(3, 6)).toEqual(["dashstream-prometheus", "prometheus", copy]);
    expect(stderr).toContain("is changed or moved in the copy");
  },
  TIMEOUT_MS,
);

test(
  "leaving the shell after a command that failed is no failure at a terminal, and is one in a pipe",
  async () => {
    const env = { PATH: process.env.PATH, HOME: dir, STACK_DIR: dir, SHELL: "false" };
    const piped = Bun.spawn(["make", "stack-shell"], { cwd: ROOT, env, stdin: "ignore", stderr: "ignore" });
    expect(await piped.exited).toBe(2);
    await using terminal = new Bun.Terminal({ cols: 80, rows: 24 });
    expect(await Bun.spawn(["make", "stack-shell"], { cwd: ROOT, env, terminal }).exited).toBe(0);
  },
  TIMEOUT_MS,
);
