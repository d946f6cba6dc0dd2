// `dashstream verify-worker`: one of the processes among which a verification divides its scenarios. Not for people.

import { defineCommand } from "./command.ts";
import type { ExitCode } from "./context.ts";

export const verifyWorkerCommand = defineCommand({
  name: "verify-worker",
  isHidden: true,
  description: "Run scenarios for `verify`, one line of JSON each.",
  examples: [["verify-worker", "started by `dashstream verify`"]],
  async action(): Promise<ExitCode> {
    const [{ serveJobs }, { answerJob }] = await Promise.all([
      import("../../sim/verify/worker.ts"),
      import("../../sim/verify/answer.ts"),
    ]);
    await serveJobs(process.stdin, process.stdout, answerJob);
    return 0;
  },
});
