// Runs behaviours of the library on one Kafka, which is started once; each behaviour has topics of its own.

import { afterAll, beforeAll, test } from "bun:test";
import type { Target } from "../sim/broker/conformance/target.ts";
import { LibraryScene } from "./library-scene.ts";

const TIMEOUT_MS = 60_000;

/** By title: what must hold in a scene whose topic has two partitions. */
export type LibraryBehaviours = Readonly<Record<string, (scene: LibraryScene) => Promise<void>>>;

export function librarySuite(start: () => Promise<Target>, behaviours: LibraryBehaviours): void {
  let target: Target | undefined;
  let topics = 0;
  beforeAll(async () => {
    target = await start();
  }, TIMEOUT_MS);
  afterAll(() => target?.stop(), TIMEOUT_MS);
  for (const [title, run] of Object.entries(behaviours)) {
    const body = async () => {
      if (!target) throw new Error("the target did not start");
      const scene = await LibraryScene.open(target, `library-${++topics}`, 2);
      await run(scene).finally(() => scene.close());
    };
    test(title, body, TIMEOUT_MS);
  }
}
