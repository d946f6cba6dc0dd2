// `dashstream broker`: the embedded broker on its own, for trying clients against it.

import type { Command } from "commander";
import { aborted } from "../runtime/abort.ts";
import { seededRandom } from "../runtime/random.ts";
import { defineCommand, wholeNumber } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly nodes: number;
  readonly partitions: number;
  readonly topic?: readonly string[];
  readonly seed?: number;
  readonly json?: true;
}

const LAST_PORT = 65_535;

export const brokerCommand = defineCommand({
  name: "broker",
  description: "Run the embedded broker, which speaks the Kafka protocol and keeps everything in memory.",
  examples: [
    ["broker", "on 127.0.0.1:9092; topics are made when first used"],
    ["broker --port 19092 --partitions 4 --topic telemetry", "with a topic of 4 partitions"],
    ["broker --port 0 --json", "on any free port, which the first line names"],
  ],
  configure: (command) => {
    command
      .option("--host <host>", "address to listen on, which clients are also told to use", "127.0.0.1")
      .option("--port <port>", "port of the first node; 0 picks free ones", wholeNumber(0, LAST_PORT), 9092)
      .option("--nodes <count>", "brokers of the cluster, on ports in a row", wholeNumber(1, 16), 1)
      .option("--partitions <count>", "partitions of a new topic", wholeNumber(1, 1000), 1)
      .option("--topic <name...>", "topics to make at the start")
      .option("--seed <number>", "makes ids repeatable", wholeNumber(0, 2 ** 31))
      .option("--json", "one JSON object a line: where it listens, and last a summary");
  },
  action: runBroker,
});

async function runBroker(context: CliContext, command: Command): Promise<ExitCode> {
  const { host, port, nodes, partitions, topic: topics = [], seed, json } = command.opts<Flags>();
  const { network, clock, random, printer, interrupted } = context;
  // Only now, so that the other commands start without it.
  const { createBroker } = await import("../../sim/broker/broker.ts");
  const broker = createBroker({
    network,
    clock,
    random: seed === undefined ? random : seededRandom(seed),
    host,
    ports: Array.from({ length: nodes }, (_, index) => (port === 0 ? 0 : port + index)),
    defaultPartitions: partitions,
  });
  for (const topic of topics) broker.createTopic(topic, { partitions });
  await broker.start();
  const startedMs = clock.monotonicMs();
  printer.note("embedded broker: for demo, tests and verification, not for production");
  if (json) printer.json({ type: "listening", bootstrap: broker.bootstrap });
  else printer.line(`listening on ${broker.bootstrap}`);
  await aborted(interrupted);
  await broker.stop();
  const seconds = Math.round((clock.monotonicMs() - startedMs) / 1000);
  if (json) printer.json({ type: "summary", seconds });
  else printer.line(`broker stopped after ${seconds} s; its records are gone`);
  return 0;
}
