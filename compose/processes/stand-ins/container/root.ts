// What a process inside of a container would see: the programs of the image and no others, the container's variables, and
// its folders, which lie below the state folder.

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeKafkaTools } from "../../kafka/tools.ts";
import { keptEnvironment } from "../../machine.ts";
import { pathReplacer } from "../../places/paths.ts";
import type { ServicePlan } from "../../plan.ts";
import { isImage } from "../../programs/program.ts";
import { shellQuoted } from "../../shell-words.ts";
import type { Stack } from "../../stack.ts";
import { notHere } from "../tool-failure.ts";
import { programsOf } from "./image-programs.ts";

export interface ContainerRoot {
  /** Holds the programs of the image. */
  readonly binDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A word of a command line with addresses and paths as they are on this machine. */
  readonly placed: (word: string) => string;
}

/** This program, and the entrypoint of its image. */
export const OWN_PROGRAM = "dashstream";
/** They have Kafka's tools on their PATH, under names without `.sh`. */
const CONFLUENT_IMAGES = ["cp-kafka", "cp-server"];
/** Every image has them. */
const FOLDERS = ["/tmp", "/run", "/var/log"];

/** The image of this program may be called anything. */
export function isOwnProgram({ launch }: ServicePlan): boolean {
  return launch.version.startsWith(OWN_PROGRAM);
}

/** Its folder of programs is made anew, since the image may be another than before. */
export function serviceRoot(stack: Stack, name: string): ContainerRoot {
  const plan = stack.serviceOf(name);
  const { launch, overrides, image, workDir, mounts } = plan;
  const binDir = join(stack.dir, "containers", name);
  const isOwn = isOwnProgram(plan);
  linkPrograms(binDir, isOwn ? OWN_PROGRAM : image);
  if (isOwn) writeDashstream(binDir, launch.command);
  if (CONFLUENT_IMAGES.some((repository) => isImage(image, repository))) linkKafkaTools(stack, binDir);
  for (const folder of FOLDERS) mkdirSync(stack.pathOf(name, folder), { recursive: true });
  // What lies above a mount is a folder in a container.
  for (const { target } of mounts) mkdirSync(stack.pathOf(name, dirname(target)), { recursive: true });
  const cwd = launch.cwd ?? workDir;
  return {
    binDir,
    env: insideEnvironment(binDir, cwd, { ...launch.env, ...overrides }),
    cwd,
    placed: (word) => checked(word, stack.placed(word, name)),
  };
}

/** @param mounts folders of this machine by where they are mounted */
export function imageRoot(stack: Stack, image: string, mounts: ReadonlyMap<string, string>): ContainerRoot {
  const binDir = join(stack.dir, "containers", image.replaceAll(/[^\w.-]/g, "_"));
  linkPrograms(binDir, image);
  const replaceIn = pathReplacer(mounts);
  const placed = (word: string) => checked(word, replaceIn(word));
  return { binDir, env: insideEnvironment(binDir, binDir, {}), cwd: binDir, placed };
}

/** What programs keep for their user belongs to the container, too. */
function insideEnvironment(
  binDir: string,
  home: string,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...keptEnvironment(), HOME: home, ...env, PATH: binDir };
}

function linkPrograms(binDir: string, image: string): void {
  const programs = programsOf(image);
  if (programs === null) throw notHere(`what is in the image ${image}`);
  rmSync(binDir, { recursive: true, force: true });
  mkdirSync(binDir, { recursive: true });
  for (const name of programs) {
    const path = Bun.which(name);
    if (path !== null) symlinkSync(path, join(binDir, name));
  }
}

/** The image has this program; here it is what the service was started as, up to its own arguments. */
function writeDashstream(binDir: string, command: readonly string[]): void {
  const isSource = command[1]?.endsWith("src/cli/main.ts") === true;
  const words = command.slice(0, isSource ? 2 : 1).map(shellQuoted);
  const path = join(binDir, OWN_PROGRAM);
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`);
  chmodSync(path, 0o755);
}

function linkKafkaTools({ kafka, toolsDir }: Stack, binDir: string): void {
  if (!existsSync(toolsDir)) writeKafkaTools(kafka, toolsDir);
  for (const name of readdirSync(toolsDir)) {
    if (name.startsWith("kafka-")) symlinkSync(join(toolsDir, name), join(binDir, name));
  }
}

/** What every system has alike, or only reads. */
const SAME_EVERYWHERE = /^\/(bin|sbin|usr|lib|lib64|dev|proc|sys)(\/|$)/;

/**
 * A command inside of a container must not touch this machine: a path that stands for nothing below the state folder, and
 * is there outside, is refused.
 */
function checked(word: string, placed: string): string {
  if (placed !== word) return placed;
  for (const [path] of word.matchAll(/(?<![\w./:-])\/[\w.-]+(?:\/[\w.*-]+)*/g)) {
    const top = `/${path.split("/")[1]}`;
    if (!SAME_EVERYWHERE.test(path) && existsSync(top)) throw notHere(`${path} inside of the container`);
  }
  return placed;
}
