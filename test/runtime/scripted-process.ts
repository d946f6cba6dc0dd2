// The scripted server as a program. Lines on stdout: `{"port"}` first, or `{"failed": code}`, then an event each;
// lines on stdin: `stopAccepting`, `stop`.

import process from "node:process";
import { createInterface } from "node:readline";
import { DashstreamError } from "../../src/errors.ts";
import { startScriptedServer } from "./scripted-server.ts";

const tell = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const server = await startScriptedServer(Number(process.argv[2] ?? 0), tell);
  tell({ port: server.port });
  const commands = createInterface({ input: process.stdin });
  commands.on("line", async (command) => {
    if (command === "stopAccepting") server.stopAccepting();
    else await server.stop();
    tell({ done: command });
  });
  // The end of the test's process is the end of this one.
  commands.on("close", () => process.exit(0));
} catch (error) {
  if (!(error instanceof DashstreamError)) throw error;
  tell({ failed: error.code });
}
