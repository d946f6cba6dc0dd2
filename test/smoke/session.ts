// A session with the program as a user has it who has nothing else: a broker, the services on it, traffic, and the
// commands beside them, all in one directory and over loopback. Each step builds on those before it.

import { Kafka, logLevel, Partitioners } from "kafkajs";
import { systemClock } from "../../src/runtime/clock.ts";
import { withDeadline } from "../../src/stream/deadline.ts";
import { quietIdleTimer } from "../../src/stream/kafkajs-idle-timer.ts";
import { type ProgramRun, startProcess } from "../cli/process-rig.ts";
import { event } from "../server/pipeline-rig.ts";
import { eventually } from "../support/eventually.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { HOSTILE } from "./checks.ts";

export interface StepResult {
  readonly name: string;
  /** What is wrong, or `null`. */
  readonly defect: string | null;
}

interface Service {
  readonly program: ProgramRun;
  readonly url: string;
}

interface Step {
  readonly name: string;
  readonly run: (session: Session) => Promise<void>;
}

const STEP_TIMEOUT_MS = 30_000;
const TOPIC = "dashstream-quality";
const DLQ = `${TOPIC}-dlq`;
const RECORDS = 500;

/** Every service with the variables that let it listen on a free port of loopback. */
const SERVICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  serve: { WEBSOCKET_PORT: "0", SEQUENCE_GAP_POLICY: "halt" },
  exporter: { METRICS_PORT: "0", METRICS_BIND_IP: "127.0.0.1" },
  "quality-monitor": { HEALTH_PORT: "0", HEALTH_BIND_IP: "127.0.0.1", KAFKA_DLQ_TOPIC: "quality-dlq" },
};

class Session {
  readonly #command: readonly string[];
  readonly #directory: string;
  readonly #programs: ProgramRun[] = [];
  readonly services = new Map<string, Service>();
  broker: ProgramRun | null = null;
  bootstrap = "";
  readonly collector: OtlpReceiver;

  constructor(command: readonly string[], directory: string, collector: OtlpReceiver) {
    this.#command = command;
    this.#directory = directory;
    this.collector = collector;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ProgramRun {
    const kafka = this.bootstrap === "" ? {} : { KAFKA_BROKERS: this.bootstrap };
    const program = startProcess([...this.#command, ...args], {
      cwd: this.#directory,
      env: { HOME: this.#directory, ...kafka, ...env },
    });
    this.#programs.push(program);
    return program;
  }

  /** Runs a command with `--json`, which must end with `exitCode`; gives the objects that it prints. */
  async objects(args: readonly string[], env: Readonly<Record<string, string>> = {}, exitCode = 0) {
    const program = this.start([...args, "--json"], env);
    const end = await program.ended();
    const output = [...program.lines, end.stderr].join("\n");
    if (end.exitCode !== exitCode) throw new Error(`exit code ${end.exitCode}: ${output}`);
    if (output.includes(HOSTILE)) throw new Error("took a value from a file beside it");
    return program.lines.map((line) => JSON.parse(line));
  }

  /** The same for the last object. */
  async json(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return (await this.objects(args, env)).at(-1);
  }

  service(name: string): Service {
    const service = this.services.get(name);
    if (service === undefined) throw new Error(`${name} was not started`);
    return service;
  }

  /** The port of the server, for commands that ask it. */
  get serverPort(): Readonly<Record<string, string>> {
    return { WEBSOCKET_PORT: new URL(this.service("serve").url).port };
  }

  /** Scrapes until a series has this value. */
  async reaches(name: string, series: string, value: number): Promise<void> {
    const { url } = this.service(name);
    await eventually(async () =>
      (await (await fetch(`${url}/metrics`)).text()).includes(`\n${series} ${value}\n`),
    );
  }

  async write(threadId: string, ...values: readonly Buffer[]): Promise<void> {
    quietIdleTimer();
    const kafka = new Kafka({ brokers: [this.bootstrap], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = values.map((value) => ({ key: threadId, value }));
    await producer.send({ topic: TOPIC, acks: -1, messages }).finally(() => producer.disconnect());
  }

  kill(): void {
    for (const { process } of this.#programs) process.kill("SIGKILL");
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (Bun.deepEquals(actual, expected)) return;
  throw new Error(`${what} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

async function startBroker(session: Session): Promise<void> {
  const topics = ["--topic", TOPIC, "--topic", DLQ, "--topic", "quality-dlq"];
  const broker = session.start(["broker", "--port", "0", "--partitions", "3", ...topics, "--json"]);
  session.broker = broker;
  session.bootstrap = JSON.parse(await broker.lineWith("listening")).bootstrap;
}

async function startServices(session: Session): Promise<void> {
  for (const [name, env] of Object.entries(SERVICES)) {
    const program = session.start([name], { OTEL_EXPORTER_OTLP_ENDPOINT: session.collector.address, ...env });
    const { listen } = JSON.parse(await program.lineWith("protobuf version"));
    session.services.set(name, { program, url: `http://${listen}` });
  }
  for (const { url } of session.services.values()) {
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  }
  const checked = session.start(["healthcheck", "--ready"], session.serverPort);
  expectEqual("healthcheck", (await checked.ended()).exitCode, 0);
}

async function simulate(session: Session): Promise<void> {
  const { produced } = await session.json(["sim", "--count", `${RECORDS}`, "--rate", "2000", "--seed", "7"]);
  expectEqual("produced", produced, RECORDS);
  await session.reaches("serve", 'websocket_kafka_messages_total{status="success"}', RECORDS);
  await session.reaches("exporter", "dashstream_exporter_messages_received_total", RECORDS);
  await session.reaches("quality-monitor", "dashstream_messages_received_total", RECORDS);
  const args = ["tail", "--from", "earliest", "--limit", `${RECORDS}`];
  const { shown, missed } = await session.json(args, session.serverPort);
  expectEqual("what tail shows", { shown, missed }, { shown: RECORDS, missed: 0 });
}

async function deadLetters(session: Session): Promise<void> {
  await session.write("bad", Buffer.from("not protobuf"));
  await session.reaches("serve", 'websocket_dlq_sends_total{error_type="invalid_protobuf"}', 1);
  await session.reaches("quality-monitor", "dashstream_dlq_sends_total", 1);
  await session.reaches("exporter", 'dashstream_exporter_messages_failed_total{error_type="decode"}', 1);
  expectEqual("letters", (await session.json(["dlq", "stats"])).letters, 1);
  const [{ partition, offset }] = await session.objects(["dlq", "ls"]);
  const { error_type, trace_id } = await session.json(["dlq", "show", `${partition}:${offset}`]);
  expectEqual("error_type", error_type, "invalid_protobuf");
  await tracesOfBadRecord(session, trace_id);
  expectEqual("sent", (await session.json(["dlq", "redrive", "--execute"])).sent, 1);
  // Still bad, it comes back.
  await session.reaches("serve", 'websocket_dlq_sends_total{error_type="invalid_protobuf"}', 2);
  const { letters } = await session.json(["dlq", "purge", "--redriven", "--execute"]);
  expectEqual("deleted letters", letters, 1);
}

/** Every service exports the record that it could not read; the server under the trace id of its letter. */
async function tracesOfBadRecord({ collector }: Session, traceId: string): Promise<void> {
  const errors = () =>
    collector.spans.filter(({ name, status }) => name === "process_kafka_message" && status.code === 2);
  const services = ["prometheus-exporter", "quality-monitor", "websocket-server"];
  await eventually(() => new Set(errors().map(({ service }) => service)).size === services.length);
  const ids = errors().map(({ service, traceId: id }) => [service, id]);
  expectEqual("services", ids.map(([service]) => service).sort(), services);
  expectEqual("trace", new Map(ids as [string, string][]).get("websocket-server"), traceId);
}

async function haltedThreads(session: Session): Promise<void> {
  await session.write("halted", event("halted", 1), event("halted", 3));
  await session.reaches("serve", "dashstream_sequence_halted_threads", 1);
  const { threads } = await session.json(["threads", "ls"], session.serverPort);
  expectEqual("halted", [threads.length, threads[0]?.thread_id], [1, "halted"]);
  const { reset } = await session.json(["threads", "reset", "halted"], session.serverPort);
  expectEqual("reset", reset, ["halted"]);
}

async function offsets(session: Session): Promise<void> {
  // Refused while the server is in the group.
  await session.objects(["offsets", "reset", "--to", "earliest", "--execute"], {}, 1);
  const { program } = session.service("serve");
  program.process.kill("SIGTERM");
  expectEqual("exit code of serve", (await program.ended()).exitCode, 0);
  session.services.delete("serve");
  const { total_lag } = await session.json(["offsets", "ls"]);
  expectEqual("lag", total_lag, 0);
  const { executed } = await session.json(["offsets", "reset", "--to", "earliest", "--execute"]);
  expectEqual("executed", executed, true);
  const { total_lag: all } = await session.json(["offsets", "ls"]);
  expectEqual("lag afterwards", all, RECORDS + 4);
}

async function endAll(session: Session): Promise<void> {
  for (const [name, { program }] of session.services) {
    program.process.kill("SIGTERM");
    expectEqual(`end of ${name}`, await program.ended(), { exitCode: 0, stderr: "" });
    const isHostile = program.lines.some((line) => line.includes(HOSTILE));
    if (isHostile) throw new Error(`${name} took a value from a file beside it`);
  }
  session.broker?.process.kill("SIGTERM");
  expectEqual("exit code of the broker", (await session.broker?.ended())?.exitCode, 0);
}

const STEPS: readonly Step[] = [
  { name: "broker listens on a free port", run: startBroker },
  { name: "serve, exporter and quality-monitor join it and are ready", run: startServices },
  { name: "what sim sends reaches all of them, and tail", run: simulate },
  { name: "dlq lists, shows, counts, redrives and purges what is bad, and traces show it", run: deadLetters },
  { name: "threads lists and resets what is halted", run: haltedThreads },
  { name: "offsets shows and resets a group that nobody is in", run: offsets },
  { name: "all end in order", run: endAll },
];

/** Waits for a step; `null` if it ended well. */
function defectOf(name: string, running: Promise<void>): Promise<string | null> {
  return withDeadline(systemClock, STEP_TIMEOUT_MS, name, running).then(
    () => null,
    (error: unknown) => String(error),
  );
}

/** Tries the steps one after another; after a defect the others are not tried. */
export async function runSession(
  command: readonly string[],
  directory: string,
): Promise<readonly StepResult[]> {
  const collector = await startOtlpReceiver();
  const session = new Session(command, directory, collector);
  const results: StepResult[] = [];
  let broken = false;
  for (const { name, run } of STEPS) {
    const defect: string | null = broken ? "not tried" : await defectOf(name, run(session));
    broken ||= defect !== null;
    results.push({ name, defect });
  }
  session.kill();
  await collector.stop();
  return results;
}
