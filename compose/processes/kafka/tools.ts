// Kafka's own tools as commands of a folder, named as in the images, for jobs of the compose file and for people.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellQuoted } from "../shell-words.ts";
import { sharedClasses } from "./java.ts";
import { type KafkaComponent, kafkaJarsDir } from "./releases.ts";

/** Classes by command; where the releases differ, by release. */
const TOOLS: Readonly<Record<string, string | Readonly<Record<KafkaComponent, string>>>> = {
  "kafka-broker-api-versions": {
    "kafka-3.9": "kafka.admin.BrokerApiVersionsCommand",
    "kafka-4": "org.apache.kafka.tools.BrokerApiVersionsCommand",
  },
  "kafka-configs": "kafka.admin.ConfigCommand",
  "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-console-producer": {
    "kafka-3.9": "kafka.tools.ConsoleProducer",
    "kafka-4": "org.apache.kafka.tools.ConsoleProducer",
  },
  "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
  "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
  "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
  "kafka-topics": "org.apache.kafka.tools.TopicCommand",
  // Its first word is the class.
  "kafka-run-class": "",
};

const LOG4J_FILE = "tools-log4j.properties";
const LOG4J2_FILE = "tools-log4j2.xml";

/** As in the images: warnings, on standard error. */
const LOG4J_PROPERTIES = `log4j.rootLogger=WARN, E
log4j.appender.E=org.apache.log4j.ConsoleAppender
log4j.appender.E.Target=System.err
log4j.appender.E.layout=org.apache.log4j.PatternLayout
log4j.appender.E.layout.ConversionPattern=[%d] %p %m (%c)%n
`;
const LOG4J2_XML = `<Configuration status="OFF"><Appenders><Console name="E" target="SYSTEM_ERR">
<PatternLayout pattern="[%d] %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="E"/></Root></Loggers></Configuration>
`;

/** Writes the commands into `binDir`. The heap can be set as in the images, by KAFKA_HEAP_OPTS. */
export function writeKafkaTools(component: KafkaComponent, binDir: string): void {
  mkdirSync(binDir, { recursive: true });
  writeFileSync(join(binDir, LOG4J_FILE), LOG4J_PROPERTIES);
  writeFileSync(join(binDir, LOG4J2_FILE), LOG4J2_XML);
  for (const [name, className] of toolClasses(component)) {
    const path = join(binDir, name);
    writeFileSync(path, script(component, binDir, className));
    chmodSync(path, 0o755);
  }
}

/** Each command with its class; empty where that is given as its first word. */
export function toolClasses(component: KafkaComponent): ReadonlyMap<string, string> {
  const classOf = (classes: (typeof TOOLS)[string]) =>
    typeof classes === "string" ? classes : classes[component];
  return new Map(Object.entries(TOOLS).map(([name, classes]) => [name, classOf(classes)]));
}

/** Of a tool that is given none. */
const HEAP = "-Xmx256m";

function script(component: KafkaComponent, binDir: string, className: string): string {
  const words = [
    `exec java \${KAFKA_HEAP_OPTS:-${HEAP}} -XX:+UseSerialGC -XX:TieredStopAtLevel=1`,
    ...sharedClasses(component).map(shellQuoted),
    shellQuoted(`-Dlog4j.configuration=file:${join(binDir, LOG4J_FILE)}`),
    shellQuoted(`-Dlog4j2.configurationFile=${join(binDir, LOG4J2_FILE)}`),
    "-cp",
    shellQuoted(`${kafkaJarsDir(component)}/*`),
    className,
    '"$@"',
  ];
  return `#!/bin/sh\n${words.filter((word) => word !== "").join(" ")}\n`;
}
