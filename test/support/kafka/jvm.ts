// Starting classes of a Kafka release. Class data sharing halves the start: the first broker that ends cleanly
// leaves an archive in the cache folder, and later ones use it.

import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnTied } from "../child-process.ts";
import { KAFKA_VERSIONS, type KafkaComponent, kafkaCacheDir, kafkaJarsDir } from "../kafka-releases.ts";

const HEAP = "512m";

function archivePath(component: KafkaComponent): string {
  return join(kafkaCacheDir(), `classes-${KAFKA_VERSIONS[component]}.jsa`);
}

/** Flags that use the archive, or make it if it is not there; `keep` moves a new one to its place. */
export function classDataSharing(component: KafkaComponent): {
  readonly flags: readonly string[];
  readonly keep: () => void;
} {
  const archive = archivePath(component);
  if (existsSync(archive)) {
    return { flags: [`-XX:SharedArchiveFile=${archive}`, "-Xshare:auto", "-Xlog:cds=off"], keep: () => {} };
  }
  const dir = mkdtempSync(join(tmpdir(), "dashstream-kafka-classes-"));
  const fresh = join(dir, "classes.jsa");
  const keep = () => {
    // Copied within the cache folder first, so that nobody ever sees half an archive.
    if (existsSync(fresh)) moveAcross(fresh, archive);
    rmSync(dir, { recursive: true, force: true });
  };
  return { flags: [`-XX:ArchiveClassesAtExit=${fresh}`, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"], keep };
}

function moveAcross(from: string, to: string): void {
  const beside = `${to}.${process.pid}`;
  Bun.spawnSync(["cp", from, beside]);
  renameSync(beside, to);
}

/** Starts a class of the release. The process ends with this one. */
export function startJava(
  component: KafkaComponent,
  configDir: string,
  flags: readonly string[],
  classAndArgs: readonly string[],
): ChildProcess {
  const java = [
    "java",
    `-Xmx${HEAP}`,
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    ...flags,
    `-Dlog4j.configuration=file:${configDir}/log4j.properties`,
    `-Dlog4j2.configurationFile=${configDir}/log4j2.xml`,
    "-cp",
    `${kafkaJarsDir(component)}/*`,
    ...classAndArgs,
  ];
  return spawnTied(java, { cwd: configDir, stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a class to its end. @returns what it printed. @throws Error with its output if it fails */
export async function runJava(
  component: KafkaComponent,
  configDir: string,
  classAndArgs: readonly string[],
): Promise<string> {
  const child = startJava(component, configDir, ["-Xshare:auto"], classAndArgs);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${classAndArgs.join(" ")} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
