#!/usr/bin/env bun
// Stand-ins for `docker` and `docker-compose` that act on the stack as processes: `main.ts docker ARGS...`. They are no
// more lenient than the real tools, so that what works with them works with those. The stack is that of STACK_DIR.

import { describeError } from "../../../src/errors.ts";
import { environment } from "../machine.ts";
import { openStack } from "../open-stack.ts";
import { complain } from "./terminal.ts";
import { ToolFailure } from "./tool-failure.ts";

const DEFAULT_DIR = ".stack";

async function run(tool: string, args: readonly string[]): Promise<number> {
  const stack = openStack(environment().STACK_DIR ?? DEFAULT_DIR);
  // Each is loaded where it is wanted: most commands need little, and are waited for.
  if (tool === "docker-compose") return await (await import("./compose/compose.ts")).compose(stack, args);
  return await (await import("./docker/docker.ts")).docker(stack, args);
}

const [tool = "docker", ...args] = process.argv.slice(2);
try {
  process.exit(await run(tool, args));
} catch (error) {
  complain(describeError(error));
  process.exit(error instanceof ToolFailure ? error.exitCode : 1);
}
