// Every option of this project, in one table. Parsing, validation, `--help`, the printed configuration and the
// reference in OPTIONS.md all come from it.

import type { OptionDefinition, OptionValue } from "./option.ts";
import { CLIENT_OPTIONS } from "./sections/clients.ts";
import { KAFKA_OPTIONS } from "./sections/kafka.ts";
import { KAFKA_SECURITY_OPTIONS } from "./sections/kafka-security.ts";
import { PROCESS_OPTIONS } from "./sections/process.ts";
import { QUALITY_OPTIONS } from "./sections/quality.ts";
import { RECORD_OPTIONS } from "./sections/records.ts";
import { REPLAY_OPTIONS } from "./sections/replay.ts";
import { TENANT_OPTIONS } from "./sections/tenants.ts";
import { TRACING_OPTIONS } from "./sections/tracing.ts";

const OPTIONS = {
  ...KAFKA_OPTIONS,
  ...KAFKA_SECURITY_OPTIONS,
  ...RECORD_OPTIONS,
  ...CLIENT_OPTIONS,
  ...TENANT_OPTIONS,
  ...REPLAY_OPTIONS,
  ...QUALITY_OPTIONS,
  ...TRACING_OPTIONS,
  ...PROCESS_OPTIONS,
};

export type OptionKey = keyof typeof OPTIONS;

/** The values of all options. Units are in the names. */
export type Config = { readonly [K in OptionKey]: OptionValue<(typeof OPTIONS)[K]> };

export interface Section {
  readonly title: string;
  readonly options: Readonly<Record<string, OptionDefinition>>;
}

/** The table in the order of the reference. */
export const SECTIONS: readonly Section[] = [
  { title: "Kafka", options: KAFKA_OPTIONS },
  { title: "Kafka login and TLS", options: KAFKA_SECURITY_OPTIONS },
  { title: "Records", options: RECORD_OPTIONS },
  { title: "Clients", options: CLIENT_OPTIONS },
  { title: "Limits per tenant", options: TENANT_OPTIONS },
  { title: "Replay", options: REPLAY_OPTIONS },
  { title: "Exporter and quality monitor", options: QUALITY_OPTIONS },
  { title: "Tracing", options: TRACING_OPTIONS },
  { title: "Process", options: PROCESS_OPTIONS },
];

/** All options with their keys, in the order of the reference. */
export const OPTION_ENTRIES: readonly (readonly [OptionKey, OptionDefinition])[] = Object.entries(
  OPTIONS,
) as [OptionKey, OptionDefinition][];
