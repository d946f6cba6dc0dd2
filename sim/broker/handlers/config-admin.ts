// Reading and changing settings. Topics can be changed; those of the broker are fixed by its options.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { alterConfigs } from "../../../src/kafka-protocol/requests/alter-configs.ts";
import {
  CONFIG_RESOURCE,
  CONFIG_SOURCE,
  CONFIG_TYPE,
  type describeConfigs,
} from "../../../src/kafka-protocol/requests/describe-configs.ts";
import {
  CONFIG_OPERATION,
  type incrementalAlterConfigs,
} from "../../../src/kafka-protocol/requests/incremental-alter-configs.ts";
import type { Cluster } from "../cluster.ts";
import { refusedResource } from "../refusals.ts";
import { faultOfTopic, type RequestContext } from "../request-context.ts";
import {
  type ConfigEntry,
  effectiveSetting,
  isTopicSetting,
  readTopicConfig,
  TOPIC_SETTINGS,
  type TopicSettingName,
} from "../topics/settings.ts";
import type { Topic } from "../topics/topic.ts";

type Described = ResponseOf<typeof describeConfigs>["results"][number];
type DescribedConfig = Described["configs"][number];
type Altered = ResponseOf<typeof alterConfigs>["resources"][number];

const TOPIC_SETTING_NAMES = Object.keys(TOPIC_SETTINGS).filter(isTopicSetting);

function describeTopicSetting(name: TopicSettingName, topic: Topic, cluster: Cluster): DescribedConfig {
  const { defaults } = cluster.topics;
  const value = effectiveSetting(name, topic.config, defaults);
  const source = (() => {
    if (topic.config[name] !== undefined) return CONFIG_SOURCE.TOPIC;
    return defaults[name] === undefined ? CONFIG_SOURCE.DEFAULT : CONFIG_SOURCE.STATIC_BROKER;
  })();
  return {
    name,
    value,
    readOnly: false,
    configSource: source,
    isSensitive: false,
    synonyms: [],
    configType: TOPIC_SETTINGS[name].configType,
    documentation: TOPIC_SETTINGS[name].doc,
  };
}

function describeBroker(cluster: Cluster): readonly DescribedConfig[] {
  const { settings, topics } = cluster;
  const value = (name: TopicSettingName) => effectiveSetting(name, {}, topics.defaults);
  const rows: ReadonlyArray<readonly [name: string, value: string, configType: number]> = [
    ["auto.create.topics.enable", String(settings.autoCreateTopics), CONFIG_TYPE.BOOLEAN],
    ["log.retention.bytes", value("retention.bytes"), CONFIG_TYPE.LONG],
    ["log.retention.ms", value("retention.ms"), CONFIG_TYPE.LONG],
    ["message.max.bytes", value("max.message.bytes"), CONFIG_TYPE.INT],
    ["num.partitions", String(settings.defaultPartitions), CONFIG_TYPE.INT],
  ];
  return rows.map(([name, current, configType]) => ({
    name,
    value: current,
    readOnly: true,
    configSource: CONFIG_SOURCE.STATIC_BROKER,
    isSensitive: false,
    synonyms: [],
    configType,
    documentation: null,
  }));
}

function settingsOf(
  resourceType: number,
  resourceName: string,
  cluster: Cluster,
): readonly DescribedConfig[] | null {
  if (resourceType === CONFIG_RESOURCE.BROKER) return describeBroker(cluster);
  const topic = resourceType === CONFIG_RESOURCE.TOPIC ? cluster.topics.get(resourceName) : undefined;
  return topic ? TOPIC_SETTING_NAMES.map((name) => describeTopicSetting(name, topic, cluster)) : null;
}

export function handleDescribeConfigs(
  request: RequestOf<typeof describeConfigs>,
  context: RequestContext,
): ResponseOf<typeof describeConfigs> {
  const results = request.resources.map(({ resourceType, resourceName, configurationKeys }): Described => {
    const fault = faultOfTopic(context, resourceName);
    const configs = settingsOf(resourceType, resourceName, context.cluster);
    const missing = configs === null ? KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION : KAFKA_ERRORS.NONE;
    const wanted = (configs ?? []).filter(({ name }) => configurationKeys?.includes(name) ?? true);
    const errorCode = fault === KAFKA_ERRORS.NONE ? missing : fault;
    const shown = errorCode === KAFKA_ERRORS.NONE ? wanted : [];
    return { errorCode, errorMessage: null, resourceType, resourceName, configs: shown };
  });
  return { throttleTimeMs: 0, results };
}

function alter(
  resource: { readonly resourceType: number; readonly resourceName: string },
  context: RequestContext,
  validateOnly: boolean,
  entriesFor: (topic: Topic) => readonly ConfigEntry[],
): Altered {
  const { resourceType, resourceName } = resource;
  const result = (errorCode: number, errorMessage: string | null = null): Altered => {
    return { errorCode, errorMessage, resourceType, resourceName };
  };
  const fault = faultOfTopic(context, resourceName);
  if (fault !== KAFKA_ERRORS.NONE) return refusedResource(resource, fault);
  if (resourceType !== CONFIG_RESOURCE.TOPIC) {
    return result(KAFKA_ERRORS.INVALID_REQUEST, "only the settings of topics can be changed");
  }
  const topic = context.cluster.topics.get(resourceName);
  if (!topic) return result(KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION);
  const config = readTopicConfig(entriesFor(topic));
  if (config.kind === "invalid") return result(KAFKA_ERRORS.INVALID_CONFIG, config.reason);
  if (!validateOnly) topic.configure(config.config);
  return result(KAFKA_ERRORS.NONE);
}

export function handleAlterConfigs(
  request: RequestOf<typeof alterConfigs>,
  context: RequestContext,
): ResponseOf<typeof alterConfigs> {
  const resources = request.resources.map((resource) =>
    alter(resource, context, request.validateOnly, () => resource.configs),
  );
  return { throttleTimeMs: 0, resources };
}

export function handleIncrementalAlterConfigs(
  request: RequestOf<typeof incrementalAlterConfigs>,
  context: RequestContext,
): ResponseOf<typeof incrementalAlterConfigs> {
  const resources = request.resources.map((resource) =>
    alter(resource, context, request.validateOnly, (topic) => {
      const changed = new Set(resource.configs.map(({ name }) => name));
      const kept = Object.entries(topic.config).filter(([name]) => !changed.has(name));
      const set = resource.configs.filter(
        ({ configOperation }) => configOperation !== CONFIG_OPERATION.DELETE,
      );
      return [...kept.map(([name, value]) => ({ name, value })), ...set];
    }),
  );
  return { throttleTimeMs: 0, resources };
}
