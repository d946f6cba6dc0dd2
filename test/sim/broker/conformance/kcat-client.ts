// kcat, that is librdkafka, as a client of the conformance suite.

import { consumeRecords, type KcatRecord, parseRecords, runKcat, startKcat } from "../../../support/kcat.ts";
import type { ConformanceClient, ConsumedRecord, GroupMember } from "./client.ts";

/** An unknown topic is given up after a second instead of thirty. */
const QUICK = ["-X", "topic.metadata.propagation.max.ms=1000", "-X", "allow.auto.create.topics=false"];
/** What the client itself would refuse must reach the broker. */
const UNLIMITED = ["-X", "message.max.bytes=20000000"];
const QUICK_GROUP = [
  ...["-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=100"],
  ...["-X", "auto.offset.reset=earliest", "-X", "fetch.wait.max.ms=100"],
];

function asConsumed(record: KcatRecord): ConsumedRecord {
  const { partition, offset, ts, key, payload, headers = [] } = record;
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? ""] as const] : []));
  return {
    partition,
    offset,
    timestampMs: ts,
    key: key ?? "",
    value: payload ?? "",
    headers: Object.fromEntries(pairs),
  };
}

function join(bootstrap: string, group: string, topic: string): GroupMember {
  const member = startKcat(["-b", bootstrap, ...QUICK_GROUP, "-G", group, topic]);
  return {
    async assigned(count) {
      const list = Array.from({ length: count }, () => `${topic} \\[\\d+\\]`).join(", ");
      const line = await member.stderrLine(new RegExp(`rebalanced.*assigned: ${list}\\s*$`));
      const partitions = [...line.matchAll(/\[(\d+)\]/g)].map(([, partition]) => Number(partition));
      return partitions.sort((a, b) => a - b);
    },
    async leave() {
      await member.stop();
    },
  };
}

export function kcatClient(bootstrap: string): ConformanceClient {
  return {
    name: "kcat",
    async produce(topic, records, { partition, compression = "none", headers = {}, idempotent } = {}) {
      const where = partition === undefined ? [] : ["-p", String(partition)];
      const named = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}=${value}`]);
      const identity = idempotent ? ["-X", "enable.idempotence=true"] : [];
      const args = ["-b", bootstrap, "-P", "-t", topic, "-K", ":", "-z", compression];
      const input = records.map(({ key, value }) => `${key}:${value}\n`).join("");
      const all = [...args, ...QUICK, ...UNLIMITED, ...identity, ...where, ...named];
      const { exitCode, stderr } = await runKcat(all, input);
      if (exitCode !== 0 || /Delivery failed|ERROR/.test(stderr)) throw new Error(stderr);
    },
    async consume(topic, count, group) {
      if (group === undefined) return (await consumeRecords({ bootstrap, topic, count })).map(asConsumed);
      const args = ["-b", bootstrap, "-J", "-q", "-c", String(count), ...QUICK_GROUP, "-G", group, topic];
      const { exitCode, stdout, stderr } = await runKcat(args);
      if (exitCode !== 0) throw new Error(stderr);
      return parseRecords(stdout).map(asConsumed);
    },
    join: async (group, topic) => join(bootstrap, group, topic),
  };
}
