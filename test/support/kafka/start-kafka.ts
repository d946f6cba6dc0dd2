// A real Apache Kafka for tests: one node, its own data folder and port, killed and started again at will. It
// never outlives the test process.

import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  classDataSharing,
  formatCall,
  javaCommand,
  keepClasses,
  writeLogSettings,
} from "../../../compose/processes/kafka/java.ts";
import {
  KAFKA_VERSIONS,
  type KafkaComponent,
  kafkaCacheDir,
} from "../../../compose/processes/kafka/releases.ts";
import { placeInCache } from "../../../compose/processes/place-in-cache.ts";
import { ended } from "../child-process.ts";
import { freePort } from "../free-port.ts";
import { runJava, spawnJava } from "./jvm.ts";
import { DATA_DIR, IDENTITY, READY_LINE, serverProperties } from "./settings.ts";

export interface KafkaOptions {
  /** The release, as `describeReal` names it. */
  readonly component: KafkaComponent;
  /** Further broker settings, for example `message.max.bytes`. */
  readonly props?: Readonly<Record<string, string>>;
}

export interface RealKafka {
  /** `host:port`, the same for the whole life. */
  readonly bootstrap: string;
  /** Ends it at once, as a crash would (kill -9); its data stay. Does nothing if it is down. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after killing it if it runs. */
  restart(): Promise<void>;
  /** Stops it where it stands: connections stay open and nothing is answered. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  /** Runs one of Kafka's command line classes, for example `org.apache.kafka.tools.TopicCommand`. */
  tool(className: string, ...args: readonly string[]): Promise<string>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const PROPERTIES_FILE = "server.properties";
const KEPT_LOG_LINES = 40;

/** Resolves when the broker takes requests. @throws Error with the end of its log if it ends before */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log: readonly string[] = [];
    const onOutput = (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      log = [...log, ...text.split("\n")].slice(-KEPT_LOG_LINES);
      if (log.some((line) => line.includes(READY_LINE))) resolve();
    };
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", onOutput);
    child.once("exit", (code) => reject(new Error(`Kafka ended with ${code}:\n${log.join("\n")}`)));
    child.once("error", reject);
  });
}

/**
 * Gives the broker its data folder, as the tool makes it. It is the same for all brokers of a release, so that the tool
 * is run once a machine, and what it made is kept beside the jars, under a name that tells what it was made from.
 */
async function giveData(component: KafkaComponent, dir: string): Promise<void> {
  const data = join(dir, DATA_DIR);
  const call = formatCall(PROPERTIES_FILE);
  const origin = Bun.hash(JSON.stringify([call, IDENTITY])).toString(36);
  const kept = join(kafkaCacheDir(), `formatted-${KAFKA_VERSIONS[component]}-${origin}`);
  if (existsSync(kept)) return cpSync(kept, data, { recursive: true });
  // Without what one test alone wants of its broker.
  writeFileSync(join(dir, PROPERTIES_FILE), serverProperties(dir, await freePort(), await freePort(), {}));
  await runJava(component, dir, call);
  placeInCache(data, kept);
}

/** Starts a broker on a data folder of its own. */
export async function startKafka({ component, props = {} }: KafkaOptions): Promise<RealKafka> {
  const dir = mkdtempSync(join(tmpdir(), "dashstream-kafka-"));
  const port = await freePort();
  writeLogSettings(dir);
  await giveData(component, dir);
  writeFileSync(join(dir, PROPERTIES_FILE), serverProperties(dir, port, await freePort(), props));

  const freshClasses = join(dir, "classes.jsa");
  let child: ChildProcess | null = null;
  const start = async () => {
    const flags = classDataSharing(component, freshClasses);
    const classAndArgs = ["kafka.Kafka", PROPERTIES_FILE];
    child = spawnJava(javaCommand({ component, configDir: dir, flags, classAndArgs }), dir);
    await ready(child);
  };
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    const running = child;
    child = null;
    running?.kill(signal);
    if (running) await ended(running);
    keepClasses(component, freshClasses);
  };
  await start();
  return {
    bootstrap: `127.0.0.1:${port}`,
    kill: () => end("SIGKILL"),
    async restart() {
      await end("SIGKILL");
      await start();
    },
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    tool: (className, ...args) => runJava(component, dir, [className, ...args]),
    async stop() {
      await end("SIGTERM");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
