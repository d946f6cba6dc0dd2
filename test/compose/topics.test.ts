import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMPOSE_FILE, readStack, STACK_FOLDER, stackFile } from "./stack-file.ts";

const SCRIPT = join(STACK_FOLDER, "kafka", "create-topics.sh");

/** Runs the script as its service does, with a `kafka-topics` that notes what it is told and ends with `exitCode`. */
function createTopics(exitCode: number, set: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "topics-"));
  const notes = join(folder, "notes");
  writeFileSync(join(folder, "kafka-topics"), `#!/bin/sh\necho "$@" >> ${notes}\nexit ${exitCode}\n`);
  chmodSync(join(folder, "kafka-topics"), 0o755);
  const { environment } = readStack(stackFile(COMPOSE_FILE), set).services["dashstream-topics"] ?? {};
  const env = { PATH: `${folder}:${process.env.PATH}`, ...environment };
  const run = Bun.spawnSync(["bash", SCRIPT], { env });
  return { exitCode: run.exitCode, calls: readFileSync(notes, "utf8").trim().split("\n") };
}

const call = (topic: string, partitions: number) =>
  `--bootstrap-server dashstream-kafka:29092 --create --if-not-exists --topic ${topic} --partitions ${partitions} --replication-factor 1`;

test("the topics of the stream and of both kinds of dead letters are made", () => {
  expect(createTopics(0)).toEqual({
    exitCode: 0,
    calls: [call("dashstream-quality", 1), call("dashstream-quality-dlq", 1), call("dashstream-dlq", 1)],
  });
  const { calls } = createTopics(0, { KAFKA_TOPIC: "telemetry", KAFKA_PARTITIONS: "6" });
  expect(calls[0]).toBe(call("telemetry", 6));
});

test("one that cannot be made ends the service with an error, so that nobody starts without it", () => {
  expect(createTopics(3)).toEqual({ exitCode: 3, calls: [call("dashstream-quality", 1)] });
});
