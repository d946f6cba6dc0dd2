// How classes of a Kafka release are started. Class data sharing halves the start of a broker and saves a third of that of
// a tool: the first broker that ends cleanly leaves an archive in the cache folder, and whatever starts later uses it.

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placeInCache } from "../place-in-cache.ts";
import { KAFKA_VERSIONS, type KafkaComponent, kafkaCacheDir, kafkaJarsDir } from "./releases.ts";

const HEAP = "-Xmx512m";

/** A call of java. */
export interface JavaCall {
  readonly component: KafkaComponent;
  /** Holds the two files of `writeLogSettings`. */
  readonly configDir: string;
  /** The class, and what it is given. */
  readonly classAndArgs: readonly string[];
  /** Further flags of the JVM; default: those of `sharedClasses`. */
  readonly flags?: readonly string[];
  /** Default: half a gibibyte. */
  readonly heap?: readonly string[];
}

/** The words of the command line. */
export function javaCommand(call: JavaCall): readonly string[] {
  const { component, configDir, classAndArgs, flags = sharedClasses(component), heap = [HEAP] } = call;
  return [
    "java",
    ...heap,
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    ...flags,
    `-Dlog4j.configuration=file:${join(configDir, LOG4J_FILE)}`,
    `-Dlog4j2.configurationFile=${join(configDir, LOG4J2_FILE)}`,
    "-cp",
    `${kafkaJarsDir(component)}/*`,
    ...classAndArgs,
  ];
}

/** Good for any cluster that nobody has named. */
const DEFAULT_CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw";

/** Class and arguments that make the data folder of a broker with these settings, which it must have before its first start. */
export function formatCall(propertiesFile: string, clusterId = DEFAULT_CLUSTER_ID): readonly string[] {
  return ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", propertiesFile];
}

function archivePath(component: KafkaComponent): string {
  return join(kafkaCacheDir(), `classes-${KAFKA_VERSIONS[component]}.jsa`);
}

const QUIET = ["-Xlog:cds=off", "-Xlog:cds+dynamic=off"];

/** Flags that use the archive of classes if there is one. With the name of one that is not there, Java shares nothing. */
export function sharedClasses(component: KafkaComponent): readonly string[] {
  const archive = archivePath(component);
  return ["-Xshare:auto", ...(existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, ...QUIET] : [])];
}

/** The same for a broker, which leaves a new archive at `fresh` if there is none and it ends cleanly. */
export function classDataSharing(component: KafkaComponent, fresh: string): readonly string[] {
  return existsSync(archivePath(component))
    ? sharedClasses(component)
    : [`-XX:ArchiveClassesAtExit=${fresh}`, ...QUIET];
}

/** Moves a new archive to its place; does nothing if there is none. */
export function keepClasses(component: KafkaComponent, fresh: string): void {
  if (!existsSync(fresh)) return;
  placeInCache(fresh, archivePath(component));
  rmSync(fresh);
}

const LOG4J_FILE = "log4j.properties";
const LOG4J2_FILE = "log4j2.xml";

/** Kafka 3.9 logs through log4j 1 (reload4j): warnings, and the line that says that the broker is ready. */
const LOG4J_PROPERTIES = `log4j.rootLogger=WARN, C
log4j.logger.kafka.server.KafkaRaftServer=INFO
log4j.appender.C=org.apache.log4j.ConsoleAppender
log4j.appender.C.layout=org.apache.log4j.PatternLayout
log4j.appender.C.layout.ConversionPattern=%d{ISO8601} %p %c - %m%n
`;

/** Kafka 4 logs through log4j 2. */
const LOG4J2_XML = `<Configuration status="OFF"><Appenders><Console name="C">
<PatternLayout pattern="%d{ISO8601} %p %c - %m%n"/></Console></Appenders>
<Loggers><Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
<Root level="WARN"><AppenderRef ref="C"/></Root></Loggers></Configuration>
`;

/** Writes what either release needs to log to its standard output. */
export function writeLogSettings(configDir: string): void {
  writeFileSync(join(configDir, LOG4J_FILE), LOG4J_PROPERTIES);
  writeFileSync(join(configDir, LOG4J2_FILE), LOG4J2_XML);
}
