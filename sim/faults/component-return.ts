// A component that is down comes back: by itself after some time, or when its fault is cleared.

import { describeError } from "../../src/errors.ts";
import type { RunningFault } from "./fault.ts";
import { type ComponentName, need, type Stage } from "./stage.ts";

/** @param afterMs `null` = only when the fault is cleared, which then also tells why it could not start */
export function returning(stage: Stage, component: ComponentName, afterMs: number | null): RunningFault {
  const { clock, log } = stage;
  const components = need(stage, "components");
  let starting: Promise<void> | null = null;
  const start = () => {
    starting ??= components.start(component).catch((error: unknown) => {
      // It is tried anew when the fault is cleared, also for the second time.
      starting = null;
      throw error;
    });
    return starting;
  };
  const startByItself = () => {
    start().catch((error: unknown) =>
      log.error(`${component} did not start`, { error: describeError(error) }),
    );
  };
  const timer = afterMs === null ? null : clock.after(afterMs, startByItself);
  return {
    async clear() {
      timer?.cancel();
      await start();
    },
    hits: () => 1,
  };
}
