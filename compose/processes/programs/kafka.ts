// Apache Kafka from its jars. The images turn variables into settings; so does this, by the same rule.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DashstreamError } from "../../../src/errors.ts";
import { classDataSharing, formatCall, javaCommand, writeLogSettings } from "../kafka/java.ts";
import { hasKafkaJars, KAFKA_VERSIONS } from "../kafka/releases.ts";
import { writeKafkaTools } from "../kafka/tools.ts";
import { isImage, type Launch, type Program, requireOnPath, type Site } from "./program.ts";

const PROPERTIES_FILE = "server.properties";
/** Of the image's start script, not of the broker. */
const NO_SETTING =
  /^KAFKA_(HEAP_OPTS|OPTS|JMX_.*|GC_LOG_OPTS|JVM_PERFORMANCE_OPTS|LOG4J_.*|TOOLS_LOG4J_.*|VERSION|MODE)$/;
/** Where the images keep their data. */
const DATA_FOLDERS: readonly (readonly [image: string, folder: string])[] = [
  ["cp-kafka", "/var/lib/kafka/data"],
  ["cp-server", "/var/lib/kafka/data"],
  ["kafka", "/tmp/kraft-combined-logs"],
];

export const kafkaProgram: Program = {
  runs: ({ image }) => dataFolder(image) !== null,
  plan(site) {
    const { kafka: component, env, workDir } = site;
    requireKafka(site);
    if (site.args.length > 0) return job(site);
    const properties = serverProperties(site);
    writeLogSettings(workDir);
    writeFileSync(join(workDir, PROPERTIES_FILE), propertiesText(properties));
    const call = { component, configDir: workDir };
    const freshClasses = join(workDir, "classes.jsa");
    const launch: Launch = {
      command: javaCommand({
        ...call,
        ...(env.KAFKA_HEAP_OPTS ? { heap: env.KAFKA_HEAP_OPTS.split(/\s+/) } : {}),
        flags: classDataSharing(component, freshClasses),
        classAndArgs: ["kafka.Kafka", PROPERTIES_FILE],
      }),
      env,
      readiness: { kind: "kafka", port: clientPort(site) },
      version: `Kafka ${KAFKA_VERSIONS[component]}`,
      before: {
        command: javaCommand({ ...call, classAndArgs: formatCall(PROPERTIES_FILE, env.CLUSTER_ID) }),
        unless: join(properties["log.dirs"] ?? "", "meta.properties"),
      },
      freshClasses: { component, path: freshClasses },
    };
    return launch;
  },
};

/** What is given a command uses the image for its tools, and ends. */
function job({ kafka, args, env, binDir, searchPath }: Site): Launch {
  writeKafkaTools(kafka, binDir);
  return {
    command: args,
    env: { ...env, PATH: `${binDir}:${searchPath}` },
    readiness: { kind: "completed" },
    version: `Kafka ${KAFKA_VERSIONS[kafka]}, its tools`,
  };
}

function dataFolder(image: string): string | null {
  return DATA_FOLDERS.find(([name]) => isImage(image, name))?.[1] ?? null;
}

function requireKafka({ kafka, which }: Site): void {
  requireOnPath(which, ["java"], "openjdk-17-jre-headless");
  if (hasKafkaJars(kafka)) return;
  throw new DashstreamError("storage_failed", `Kafka ${KAFKA_VERSIONS[kafka]} is not there: make kafka`);
}

/** `KAFKA_A_B` is the setting `a.b`; two underscores are a hyphen, three an underscore. */
export function settingName(variable: string): string {
  return variable
    .slice("KAFKA_".length)
    .toLowerCase()
    .replaceAll(/_{1,3}/g, (found) => [".", "-", "_"][found.length - 1] ?? "");
}

function serverProperties({ env, paths, service }: Site): Readonly<Record<string, string>> {
  const settings = Object.entries(env)
    .filter(([name]) => name.startsWith("KAFKA_") && !NO_SETTING.test(name))
    .map(([name, value]) => [settingName(name), value] as const);
  const folder = dataFolder(service.image) ?? "";
  return { "log.dirs": paths.pathOf(folder) ?? folder, ...Object.fromEntries(settings) };
}

function propertiesText(properties: Readonly<Record<string, string>>): string {
  const escaped = (value: string) => value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${escaped(value)}\n`)
    .join("");
}

/** The port of the listener that other services use: the first that is not for controllers. */
function clientPort({ env }: Site): number {
  const controllers = (env.KAFKA_CONTROLLER_LISTENER_NAMES ?? "").split(",");
  for (const listener of (env.KAFKA_LISTENERS ?? "").split(",")) {
    const [, name = "", port] = /^([^:]+):\/\/.*:(\d+)$/.exec(listener.trim()) ?? [];
    if (port !== undefined && !controllers.includes(name)) return Number(port);
  }
  throw new DashstreamError(
    "config_invalid",
    "KAFKA_LISTENERS has no listener for clients, expected NAME://host:port",
  );
}
