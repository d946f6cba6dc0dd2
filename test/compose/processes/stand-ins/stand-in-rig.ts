// A small stack of our own programs, and the stand-ins as they are typed in its folder.

import { afterAll, beforeAll } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "../../../../compose/processes/stack.ts";
import { startStack } from "../../../../compose/processes/start-stack.ts";
import { type CommandOutcome, outcomeOf } from "../../../support/child-process.ts";
import { freePort } from "../../../support/free-port.ts";

const BIN = join(import.meta.dir, "..", "..", "..", "..", "compose", "processes", "stand-ins", "bin");
export const BROKER = "dashstream-kafka";
export const SERVER = "dashstream-websocket-server";
/** In the profiles demo and chaos, which the stack is started without. */
export const TRAFFIC = "dashstream-sim";
/** In the profile chaos alone. */
export const BROKEN_TRAFFIC = "dashstream-sim-chaos";
/** In the profiles chaos and drill; nothing else is in drill. */
export const PROXY = "dashstream-fault-proxy";
/** Left out by the stack. */
export const PAGE = "dashstream-grafana";

export const TIMEOUT_MS = 60_000;

export interface StandInRig {
  readonly stack: Stack;
  /** The folder of the compose file. */
  readonly dir: string;
  readonly composeFile: string;
  /** Runs a line of shell with the stand-ins in front of PATH. */
  sh(
    line: string,
    options?: { readonly cwd?: string; readonly stdin?: string; readonly env?: Record<string, string> },
  ): Promise<CommandOutcome>;
  /** `null` if it does not run. */
  pidOf(service: string): number | null;
  isReady(service: string): Promise<boolean>;
  /** What a line says when the stack was started in another way. */
  shWith(change: (record: ChangedRecord) => void, line: string): Promise<CommandOutcome>;
  /** Writes a further compose file in place of that of the call before; gives its path. */
  override(text: string): string;
}

/** The part of the record of a stack that tests change. */
export interface ChangedRecord {
  profiles?: readonly string[];
  binary?: string | null;
  readonly services: {
    readonly name: string;
    image: string;
    readonly launch: { version: string; logsTo?: string };
  }[];
  readonly reachable: {
    readonly name: string;
    readonly ports: { readonly target: number; published: number | null }[];
  }[];
}

/** The rig for all tests of a file, started before the first and gone after the last. */
export function standIns(): StandInRig {
  let started: StandInRig | null = null;
  const rig = () => {
    if (started === null) throw new Error("the rig is there in tests only");
    return started;
  };
  beforeAll(async () => {
    started = await startStandInRig(mkdtempSync(join(tmpdir(), "dashstream-stand-ins-")));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await rig().stack.down();
    rmSync(rig().dir, { recursive: true });
  }, TIMEOUT_MS);
  return {
    get stack() {
      return rig().stack;
    },
    get dir() {
      return rig().dir;
    },
    get composeFile() {
      return rig().composeFile;
    },
    sh: (line, options) => rig().sh(line, options),
    pidOf: (service) => rig().pidOf(service),
    isReady: (service) => rig().isReady(service),
    shWith: (change, line) => rig().shWith(change, line),
    override: (text) => rig().override(text),
  };
}

/** @param dir an empty folder */
async function startStandInRig(dir: string): Promise<StandInRig> {
  const [broker, server] = [await freePort(), await freePort()];
  const composeFile = join(dir, "stack.yml");
  mkdirSync(join(dir, "elsewhere"));
  writeFileSync(join(dir, ".env"), "COMPOSE_FILE=stack.yml\nCOLOUR=green\n");
  writeFileSync(
    composeFile,
    [
      "services:",
      `  ${BROKER}:`,
      "    image: dashstream:local",
      `    command: [dashstream, broker, --port, "${broker}", --topic, dashstream-quality, dashstream-quality-dlq]`,
      `    ports: ["${broker}:${broker}"]`,
      "    stop_grace_period: 5s",
      `  ${SERVER}:`,
      "    image: registry.example/something:else",
      "    build: .",
      "    command: [serve]",
      `    ports: ["${server}:3002"]`,
      "    depends_on:",
      `      ${BROKER}: { condition: service_healthy }`,
      `      ${TRAFFIC}: { condition: service_started, required: false }`,
      "    environment:",
      `      KAFKA_BROKERS: ${BROKER}:${broker}`,
      "      LOG_FILE: /var/log/websocket-server.log",
      "      SCHEMA_COMPATIBILITY: ${SCHEMA_COMPATIBILITY:-exact}",
      "      COLOUR: ${COLOUR}",
      "      PRICE: 5$$",
      "    volumes: ['state:/var/lib/dashstream']",
      `  ${TRAFFIC}:`,
      "    image: dashstream:local",
      "    command: [sim]",
      "    profiles: [demo, chaos]",
      `  ${BROKEN_TRAFFIC}:`,
      "    image: dashstream:local",
      "    command: [sim]",
      "    profiles: [chaos]",
      `  ${PROXY}:`,
      "    image: dashstream:local",
      "    command: [fault-proxy]",
      "    profiles: [chaos, drill]",
      `  ${PAGE}:`,
      "    image: grafana/grafana:11",
      "volumes: { state: { name: the-state } }",
    ].join("\n"),
  );
  const stack = await startStack({ dir: join(dir, "state"), composeFile });
  return {
    stack,
    dir,
    composeFile,
    sh: (line, options = {}) => run(stack, dir, line, options),
    pidOf: (service) => stack.processOf(service)?.pid ?? null,
    isReady: async (service) =>
      (await stack.status()).find(({ name }) => name === service)?.state === "ready",
    shWith: async (change, line) => {
      const file = join(stack.dir, "stack.json");
      const before = readFileSync(file, "utf8");
      const record = JSON.parse(before);
      change(record);
      writeFileSync(file, JSON.stringify(record));
      try {
        return await run(stack, dir, line, {});
      } finally {
        writeFileSync(file, before);
      }
    },
    override: (text) => {
      const path = join(dir, "override.yml");
      writeFileSync(path, text);
      return path;
    },
  };
}

async function run(
  stack: Stack,
  dir: string,
  line: string,
  { cwd = dir, stdin, env = {} }: Parameters<StandInRig["sh"]>[1] & object,
): Promise<CommandOutcome> {
  const child = Bun.spawn(["bash", "-c", line], {
    cwd,
    env: { PATH: `${BIN}:${process.env.PATH}`, HOME: dir, STACK_DIR: stack.dir, ...env },
    stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  return await outcomeOf(child);
}
