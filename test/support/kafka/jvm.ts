// Classes of a Kafka release as processes that end with the test's own.

import type { ChildProcess } from "node:child_process";
import { javaCommand } from "../../../compose/processes/kafka/java.ts";
import type { KafkaComponent } from "../../../compose/processes/kafka/releases.ts";
import { spawnTied } from "../child-process.ts";

/** Starts a command of `javaCommand`. The process ends with this one. */
export function spawnJava(command: readonly string[], cwd: string): ChildProcess {
  return spawnTied(command, { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a class to its end. @returns what it printed. @throws Error with its output if it fails */
export async function runJava(
  component: KafkaComponent,
  configDir: string,
  classAndArgs: readonly string[],
): Promise<string> {
  const child = spawnJava(javaCommand({ component, configDir, classAndArgs }), configDir);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${classAndArgs.join(" ")} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
