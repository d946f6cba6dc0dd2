// `make drill` has a stack of its own, and leaves nothing of it when it is interrupted.

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ended, spawnTied } from "../../support/child-process.ts";
import { USUAL_KAFKA } from "../../support/kafka/usual-kafka.ts";
import { describeReal } from "../../support/real-components.ts";

const MAIN = join(import.meta.dir, "main.ts");
const TEST_MS = 180_000;

/** Arguments of all processes of this machine. */
function commandLines(): string {
  return Bun.spawnSync(["ps", "-eo", "args"]).stdout.toString();
}

describeReal(
  [USUAL_KAFKA, "redis-server", "prometheus", "prometheus-alertmanager", "jaeger"],
  "a drill of a stack of its own",
  () => {
    /** Ends it by `signal` once it says `moment`. */
    async function endedBy(signal: NodeJS.Signals, moment: string) {
      const child = spawnTied(
        [process.execPath, MAIN, "--only", "WebSocketDlqBroken", "--", "--no-compare"],
        {
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      let said = "";
      let stackDir = "";
      for await (const chunk of child.stderr ?? []) {
        said += String(chunk);
        if (stackDir !== "" || !said.includes(moment)) continue;
        [stackDir = ""] = /\/[^ ]*dashstream-drill-stack-\w+/.exec(commandLines()) ?? [];
        child.kill(signal);
      }
      await ended(child);
      return { said, stackDir };
    }

    test.each([
      [
        "SIGINT",
        "in the middle puts everything back",
        "is being played",
        "interrupted; websocket-server has its usual settings",
      ],
      [
        "SIGHUP",
        "while its stack starts breaks nothing",
        "dashstream-redis: ready",
        "interrupted; the stack is ended",
      ],
    ] as const)(
      "that is ended by %s %s, and ends the stack",
      async (signal, _, moment, expected) => {
        const { said, stackDir } = await endedBy(signal, moment);
        expect(said).toContain(expected);
        expect(stackDir).not.toBe("");
        expect(existsSync(stackDir)).toBe(false);
        expect(commandLines()).not.toContain(stackDir);
      },
      TEST_MS,
    );
  },
);
