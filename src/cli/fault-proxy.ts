// `dashstream fault-proxy`: proxies before a real Kafka and a real Redis that break on command.

import type { Command } from "commander";
import type { KafkaFront, RedisFront } from "../../sim/proxy/service/fault-service.ts";
import type { Config } from "../config/options.ts";
import { parseRedisUrl } from "../config/redis-url.ts";
import { LIBRARY_DLQ_TOPIC } from "../config/site-names.ts";
import { DashstreamError } from "../errors.ts";
import { aborted } from "../runtime/abort.ts";
import { type HostPort, isAnyHost, parseHostPort } from "../runtime/address.ts";
import { isLoopback } from "../server/admin-auth.ts";
import { defineCommand } from "./command.ts";
import { commandLog } from "./command-log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { endWithin } from "./ending.ts";
import { hostPort } from "./host-port.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";

interface Flags {
  readonly kafka?: string;
  readonly redis?: string;
  readonly listenKafka: string;
  readonly listenRedis: string;
  readonly advertiseKafka?: string;
  readonly control: string;
  readonly libraryDlqTopic: string;
  readonly json?: true;
}

export const faultProxyCommand = defineCommand({
  name: "fault-proxy",
  description: [
    "Stand before a real Kafka and a real Redis, and break them on command. For drills, not for production.",
    "",
    "Clients that are given its addresses instead of the real ones see no difference until a fault is put in force over HTTP: errors, delays, silence and cut connections for single requests, topics, partitions and commands, and what networks do. Further brokers of a cluster get the ports behind that of --listen-kafka. Connections of clients have no TLS, nor has the one to Kafka; logins of Kafka and Redis pass.",
    "",
    "GET /faults shows what is in force, POST /faults puts a fault in force, DELETE /faults/ID and DELETE /faults clear one or all. At the end all are cleared. Log lines are JSON on standard error. A listening port of 0 picks any free one.",
  ].join("\n"),
  exitCodes: { 0: "ended in order, all faults cleared", 1: "failed, or a fault could not be cleared" },
  examples: [
    [
      "fault-proxy --kafka 127.0.0.1:9092 --redis 127.0.0.1:6379",
      "Kafka on 19092, Redis on 16379, faults on 8474",
    ],
    [
      "fault-proxy --kafka kafka:9092 --listen-kafka 0.0.0.0:19092 --advertise-kafka chaos",
      "for other machines",
    ],
  ],
  configure: (command) => {
    command
      .option("--kafka <host:port>", "a broker of the real Kafka; without it there is no proxy before Kafka")
      .option(
        "--redis <host:port>",
        "the real Redis, or its redis:// or rediss:// address; without it there is no proxy before Redis",
      )
      .option("--listen-kafka <host:port>", "where clients of Kafka connect", "127.0.0.1:19092")
      .option("--listen-redis <host:port>", "where clients of Redis connect", "127.0.0.1:16379")
      .option(
        "--advertise-kafka <host>",
        "host that clients of Kafka are told; default: that of --listen-kafka",
      )
      .option(
        "--control <host:port>",
        "where faults are put in force; other than on loopback it needs ADMIN_TOKEN",
        "127.0.0.1:8474",
      )
      .option(
        "--library-dlq-topic <name>",
        "topic that bad records of the quality monitor go to",
        LIBRARY_DLQ_TOPIC,
      );
    command.option("--json", "one JSON object a line: where it listens, and last a summary");
    addOptionFlags(command, "fault-proxy");
  },
  action: faultProxy,
});

async function faultProxy(context: CliContext, command: Command): Promise<ExitCode> {
  const { clock, random, network, serve, printer, interrupted } = context;
  const flags = command.opts<Flags>();
  const { config } = loadCommandConfig(context, command, "fault-proxy");
  const [kafka, redis] = [kafkaFront(flags), redisFront(flags)];
  if (kafka === null && redis === null) {
    throw new DashstreamError("usage", "neither --kafka nor --redis is given, expected at least one of them");
  }
  const control = controlAddress(flags, config);
  const log = commandLog(context, "fault-proxy", config);
  const { FaultService } = await import("../../sim/proxy/service/fault-service.ts");
  const { adminToken } = config;
  const names = {
    topic: config.kafkaTopic,
    dlqTopic: config.kafkaDlqTopic,
    libraryDlqTopic: flags.libraryDlqTopic,
    serverGroup: config.kafkaGroupId,
  };
  const service = new FaultService({
    clock,
    random,
    network,
    serve,
    log,
    kafka,
    redis,
    control,
    adminToken,
    names,
  });
  await service.start();
  const where = { kafka: service.bootstrap, redis: service.redis, control: service.control };
  if (flags.json) printer.json({ type: "listening", ...where });
  else printer.line(listeningText(where));
  await aborted(interrupted);
  let cleared = 0;
  await endWithin(config.shutdownTimeoutSecs, clock, async () => {
    cleared = await service.stop();
  });
  log.close();
  if (flags.json) printer.json({ type: "summary", cleared });
  else printer.line(`fault proxy stopped, ${cleared} ${cleared === 1 ? "fault" : "faults"} cleared`);
  return 0;
}

function listeningText(where: Readonly<Record<"kafka" | "redis" | "control", string | null>>): string {
  const { kafka, redis, control } = where;
  const fronts = [...(kafka ? [`Kafka on ${kafka}`] : []), ...(redis ? [`Redis on ${redis}`] : [])];
  return `${fronts.join(", ")}, faults on http://${control}/faults`;
}

function kafkaFront({ kafka, listenKafka, advertiseKafka }: Flags): KafkaFront | null {
  if (kafka === undefined) return null;
  const listen = hostPort("--listen-kafka", listenKafka);
  if (isAnyHost(listen.host) && advertiseKafka === undefined) {
    throw new DashstreamError(
      "usage",
      `--listen-kafka is "${listenKafka}", which clients cannot be told to connect to: expected --advertise-kafka too`,
    );
  }
  return { upstream: hostPort("--kafka", kafka, 1), listen, advertisedHost: advertiseKafka ?? null };
}

function redisFront({ redis, listenRedis }: Flags): RedisFront | null {
  if (redis === undefined) return null;
  const upstream = redis.includes("://") ? parseRedisUrl(redis) : parseHostPort(redis);
  if (upstream === null) {
    // An address may hold a password, so that it is not shown.
    const given = redis.includes("://") ? "no such address" : JSON.stringify(redis);
    throw new DashstreamError(
      "usage",
      `--redis is ${given}, expected host:port or redis://[user:password@]host:port`,
    );
  }
  return { upstream, listen: hostPort("--listen-redis", listenRedis) };
}

function controlAddress({ control }: Flags, { adminToken }: Pick<Config, "adminToken">): HostPort {
  const parsed = hostPort("--control", control);
  if (adminToken === null && parsed.host !== "localhost" && !isLoopback(parsed.host)) {
    throw new DashstreamError(
      "config_invalid",
      `--control is "${control}", which is not on loopback: expected ADMIN_TOKEN or ADMIN_TOKEN_FILE to be set`,
    );
  }
  return parsed;
}
