// `docker run`: a command of a small image over volumes and folders. What would take a network or a port is not known here.

import { existsSync, mkdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Stack } from "../../stack.ts";
import { programsOf } from "../container/image-programs.ts";
import { imageRoot } from "../container/root.ts";
import { runInside } from "../container/run-inside.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { ToolFailure } from "../tool-failure.ts";
import { requireTerminal } from "./exec.ts";

export const RUN_FLAGS: readonly FlagSpec[] = [
  { name: "rm" },
  { name: "interactive", short: "i" },
  { name: "tty", short: "t" },
  { name: "volume", short: "v", takes: "value" },
  { name: "env", short: "e", takes: "value" },
  { name: "workdir", short: "w", takes: "value" },
];

export async function run(stack: Stack, flags: ParsedFlags): Promise<number> {
  const [image = "", ...command] = flags.words;
  requireTerminal(flags);
  const mounts = new Map(flags.all("volume").map((text) => readVolume(stack, text)));
  if (programsOf(image) === null) {
    throw new ToolFailure(
      `Unable to find image '${image}' locally\ndocker: Error response from daemon: pull access denied for ${image}, repository does not exist or may require 'docker login'`,
      125,
    );
  }
  return await runInside({
    root: imageRoot(stack, image, mounts),
    command: command.length === 0 ? ["sh"] : command,
    interactive: flags.has("interactive"),
    env: flags.all("env"),
    workDir: flags.last("workdir"),
  });
}

/** `SOURCE:TARGET[:ro]`. A volume that is not there is made, as the engine does: a wrong name is an empty volume. */
function readVolume(stack: Stack, text: string): readonly [target: string, path: string] {
  const [source = "", target = ""] = text.split(":");
  if (!isAbsolute(target)) {
    throw new ToolFailure(
      `docker: Error response from daemon: invalid volume specification: '${text}': invalid mount config for type "volume": invalid mount path: '${target}' mount path must be absolute`,
      125,
    );
  }
  if (isAbsolute(source)) return [target, source];
  const path = stack.volumes[source] ?? join(stack.dir, "data", source);
  if (!existsSync(path)) mkdirSync(path, { recursive: true });
  return [target, path];
}
