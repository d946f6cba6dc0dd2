// The settings of a topic: one table with default, type and allowed values. Names and meaning are Kafka's.

import { CONFIG_TYPE } from "../../../src/kafka-protocol/requests/describe-configs.ts";
import type { LogLimits } from "../log/partition-log.ts";

interface NumberSetting {
  readonly kind: "number";
  readonly configType: number;
  readonly defaultValue: number;
  readonly min: number;
  readonly doc: string;
}

/** A setting that has one value here; others are refused rather than ignored. */
interface FixedSetting {
  readonly kind: "fixed";
  readonly configType: number;
  readonly defaultValue: string;
  readonly doc: string;
}

const MEBIBYTE = 1024 * 1024;
const DAY_MS = 86_400_000;

export const TOPIC_SETTINGS = {
  "max.message.bytes": {
    kind: "number",
    configType: CONFIG_TYPE.INT,
    defaultValue: MEBIBYTE + 12,
    min: 0,
    doc: "Largest record batch that is accepted, in bytes.",
  },
  "retention.bytes": {
    kind: "number",
    configType: CONFIG_TYPE.LONG,
    // Kafka keeps everything by default; a log in memory must end somewhere.
    defaultValue: 1024 * MEBIBYTE,
    min: -1,
    doc: "Size of a partition beyond which its oldest segments are dropped; -1 for no limit.",
  },
  "retention.ms": {
    kind: "number",
    configType: CONFIG_TYPE.LONG,
    defaultValue: 7 * DAY_MS,
    min: -1,
    doc: "Age beyond which segments are dropped, in milliseconds; -1 for no limit.",
  },
  "segment.bytes": {
    kind: "number",
    configType: CONFIG_TYPE.INT,
    defaultValue: 16 * MEBIBYTE,
    min: 14,
    doc: "Size of a segment, the unit in which old records are dropped.",
  },
  "cleanup.policy": {
    kind: "fixed",
    configType: CONFIG_TYPE.LIST,
    defaultValue: "delete",
    doc: "Old segments are dropped; compaction is not offered.",
  },
  "compression.type": {
    kind: "fixed",
    configType: CONFIG_TYPE.STRING,
    defaultValue: "producer",
    doc: "Batches stay as their producer compressed them.",
  },
  "message.timestamp.type": {
    kind: "fixed",
    configType: CONFIG_TYPE.STRING,
    defaultValue: "CreateTime",
    doc: "Timestamps are the producer's.",
  },
  "min.insync.replicas": {
    kind: "fixed",
    configType: CONFIG_TYPE.INT,
    defaultValue: "1",
    doc: "There is one replica of each partition.",
  },
} as const satisfies Readonly<Record<string, NumberSetting | FixedSetting>>;

export type TopicSettingName = keyof typeof TOPIC_SETTINGS;

/** Values by name, for a topic or as defaults of a broker; what is missing has its default. */
export type TopicConfig = Readonly<Partial<Record<TopicSettingName, string>>>;

/** The values that matter for each record, as numbers. */
export interface TopicLimits extends LogLimits {
  readonly maxMessageBytes: number;
}

export function isTopicSetting(name: string): name is TopicSettingName {
  return Object.hasOwn(TOPIC_SETTINGS, name);
}

/** Why a value is not allowed, with the value and what was expected; `null` if it is. */
function refusalOf(name: TopicSettingName, value: string | null): string | null {
  const setting: NumberSetting | FixedSetting = TOPIC_SETTINGS[name];
  const invalid = `Invalid value ${value} for configuration ${name}`;
  if (setting.kind === "fixed") {
    return value === setting.defaultValue ? null : `${invalid}: expected ${setting.defaultValue}`;
  }
  const number = value === null || value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= setting.min) return null;
  return `${invalid}: expected an integer of at least ${setting.min}`;
}

/** The value in force: the topic's, else the broker's, else the default. */
export function effectiveSetting(name: TopicSettingName, config: TopicConfig, defaults: TopicConfig): string {
  return config[name] ?? defaults[name] ?? String(TOPIC_SETTINGS[name].defaultValue);
}

export function limitsOf(config: TopicConfig, defaults: TopicConfig): TopicLimits {
  const number = (name: TopicSettingName) => Number(effectiveSetting(name, config, defaults));
  return {
    maxMessageBytes: number("max.message.bytes"),
    retentionBytes: number("retention.bytes"),
    retentionMs: number("retention.ms"),
    segmentBytes: number("segment.bytes"),
  };
}

/** A setting as requests carry it. */
export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
}

/** Checks the settings of a request. */
export function readTopicConfig(
  entries: readonly ConfigEntry[],
):
  | { readonly kind: "valid"; readonly config: TopicConfig }
  | { readonly kind: "invalid"; readonly reason: string } {
  const config: Partial<Record<TopicSettingName, string>> = {};
  for (const { name, value } of entries) {
    if (!isTopicSetting(name)) return { kind: "invalid", reason: `Unknown topic config name: ${name}` };
    const reason = refusalOf(name, value);
    if (reason !== null || value === null) return { kind: "invalid", reason: reason ?? `${name} is null` };
    config[name] = value;
  }
  return { kind: "valid", config };
}
