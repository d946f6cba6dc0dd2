// How the tables of behaviours are run on a target, and which of them each client is there for.

import { afterAll, beforeAll, test } from "bun:test";
import { ADMIN_BEHAVIOURS } from "./admin-behaviours.ts";
import { BEHAVIOURS, type Behaviour, RESTART_BEHAVIOURS } from "./behaviours.ts";
import type { ConformanceClient } from "./client.ts";
import { KCAT_BEHAVIOURS } from "./kcat-behaviours.ts";
import type { Target } from "./target.ts";
import { WIRE_BEHAVIOURS } from "./wire-behaviours.ts";

const BEHAVIOUR_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 60_000;

/** Runs behaviours on one target, which is started once. */
export function suite(
  start: () => Promise<Target>,
  makeClient: (bootstrap: string) => ConformanceClient,
  behaviours: readonly Behaviour[],
): void {
  let target: Target | undefined;
  let client: ConformanceClient | undefined;
  let topics = 0;
  beforeAll(async () => {
    target = await start();
    client = makeClient(target.bootstrap);
  }, START_TIMEOUT_MS);
  afterAll(() => target?.stop(), START_TIMEOUT_MS);
  for (const { title, run } of behaviours) {
    const body = async () => {
      if (!target || !client) throw new Error("the target did not start");
      await run({ target, client, topic: `conformance-${++topics}` });
    };
    test(title, body, BEHAVIOUR_TIMEOUT_MS);
  }
}

export const WITH_KAFKAJS = [...BEHAVIOURS, ...ADMIN_BEHAVIOURS, ...WIRE_BEHAVIOURS, ...RESTART_BEHAVIOURS];
export const WITH_KCAT = [...BEHAVIOURS, ...KCAT_BEHAVIOURS, ...RESTART_BEHAVIOURS];
