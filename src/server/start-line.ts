// The line that a service logs once it listens, the same for all: what runs, where it listens, what it reads.

import type { Config } from "../config/options.ts";
import type { BuildInfo } from "../runtime/build-info.ts";
import type { Log, LogFields } from "../telemetry/log.ts";
import { PROTOCOL_TEXT } from "../wire/schema-policy.ts";

export interface StartLine {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly log: Log;
}

/** `more` is told besides. */
export function logStart(
  name: string,
  { config, build, log }: StartLine,
  address: { readonly hostname: string; readonly port: number },
  more: LogFields,
): void {
  log.info(`${name} started: ${PROTOCOL_TEXT}`, {
    version: build.version,
    runtime: build.runtime,
    listen: `${address.hostname}:${address.port}`,
    brokers: config.kafkaBrokers,
    topic: config.kafkaTopic,
    group: config.kafkaGroupId,
    ...more,
  });
}
