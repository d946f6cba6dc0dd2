// `make drill` has a stack of its own, and leaves nothing of it when it is interrupted.

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, spawnTied } from "../../support/child-process.ts";
import { USUAL_KAFKA } from "../../support/kafka/usual-kafka.ts";
import { describeReal } from "../../support/real-components.ts";

const MAIN = join(import.meta.dir, "main.ts");
const TEST_MS = 180_000;
/** Below the folder for temporary files of this test, so that no other drill of the machine is taken for it. */
const STACK_DIR = new RegExp(`${tmpdir()}/dashstream-drill-stack-\\w+`);

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
        [stackDir = ""] = STACK_DIR.exec(commandLines()) ?? [];
        child.kill(signal);
      }
      await ended(child);
      return { said, stackDir, exitCode: child.exitCode };
    }

    test.each([
      {
        signal: "SIGINT",
        title: "in the middle puts everything back",
        moment: "is being played",
        expected: "interrupted; websocket-server has its usual settings",
        never: " passed",
      },
      {
        signal: "SIGHUP",
        title: "while its stack starts breaks nothing",
        moment: "dashstream-redis: ready",
        expected: "interrupted; the stack is ended",
        never: "is being played",
      },
    ] as const)(
      "that is ended by $signal $title, and ends the stack",
      async ({ signal, moment, expected, never }) => {
        const { said, stackDir, exitCode } = await endedBy(signal, moment);
        expect(exitCode).toBe(1);
        expect(said).toContain(expected);
        expect(said).not.toContain(never);
        expect(stackDir).not.toBe("");
        expect(existsSync(stackDir)).toBe(false);
        expect(commandLines()).not.toContain(stackDir);
      },
      TEST_MS,
    );
  },
);
