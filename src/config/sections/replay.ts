// Options of replay: what is kept in memory and in Redis, and how much may be read from Kafka for clients further
// behind.

import { onOff, redisUrl, seconds, wholeNumber } from "../kind.ts";
import { option } from "../option.ts";

export const REPLAY_OPTIONS = {
  replayBufferMemorySize: option({
    env: ["REPLAY_BUFFER_MEMORY_SIZE", "WEBSOCKET_BUFFER_SIZE"],
    kind: wholeNumber(1, 100_000_000, "records"),
    default: "50000",
    help: "Records kept in memory for replay and for slow clients.",
    commands: ["serve", "demo"],
  }),
  replayBufferMemoryBytes: option({
    env: ["REPLAY_BUFFER_MEMORY_BYTES"],
    kind: wholeNumber(1, 2_147_483_647, "bytes"),
    default: "67108864",
    help: "Bytes of record values kept in memory, whichever limit comes first.",
    commands: ["serve", "demo"],
  }),
  replayTimeoutSecs: option({
    env: ["REPLAY_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "30",
    help: "A client that takes no byte of its replay for so long is disconnected.",
    commands: ["serve", "demo"],
  }),
  replayMaxTotal: option({
    env: ["REPLAY_MAX_TOTAL"],
    kind: wholeNumber(0, 1_000_000_000, "records"),
    default: "0",
    help: "Records of one replay at most; 0 = no limit.",
    commands: ["serve", "demo"],
  }),
  replayKafkaEnabled: option({
    env: ["REPLAY_KAFKA_ENABLED"],
    kind: onOff(),
    default: "true",
    help: "Records that memory no longer has are read again from Kafka; false: clients are told that they are missing.",
    commands: ["serve", "demo"],
  }),
  replayKafkaMaxConcurrentReads: option({
    env: ["REPLAY_KAFKA_MAX_CONCURRENT_READS"],
    kind: wholeNumber(1, 100, "reads"),
    default: "2",
    help: "Reads of Kafka at once for replay, however many clients ask.",
    commands: ["serve", "demo"],
  }),
  replayKafkaMaxBytesPerSec: option({
    env: ["REPLAY_KAFKA_MAX_BYTES_PER_SEC"],
    kind: wholeNumber(0, 1_000_000_000_000, "bytes"),
    default: "67108864",
    help: "Bytes that replay fetches from Kafka a second; 0 = no limit.",
    commands: ["serve", "demo"],
  }),
  replayCacheBytes: option({
    env: ["REPLAY_CACHE_BYTES"],
    kind: wholeNumber(1_048_576, 2_147_483_647, "bytes"),
    default: "33554432",
    help: "Bytes of what was read for replay that are kept for the next client that needs them.",
    commands: ["serve", "demo"],
  }),
  redisUrl: option({
    env: ["REDIS_URL"],
    kind: redisUrl(),
    default: null,
    help: "Redis that keeps what was delivered, for clients that are behind the memory; also the one of TENANT_RATE_LIMIT_STORE. rediss:// means TLS. Not set: none.",
    secret: true,
    commands: ["serve", "demo"],
  }),
  redisMessageTtlSecs: option({
    env: ["REDIS_MESSAGE_TTL_SECS"],
    kind: seconds(1),
    default: "3600",
    help: "How long Redis keeps a record.",
    commands: ["serve", "demo"],
  }),
  redisMaxSequences: option({
    env: ["REDIS_MAX_SEQUENCES"],
    kind: wholeNumber(1, 100_000_000, "records"),
    default: "10000",
    help: "Records that Redis keeps of a partition, and that it finds of a thread; more only until the next look at it.",
    commands: ["serve", "demo"],
  }),
  redisZcardCheckCadence: option({
    env: ["REDIS_ZCARD_CHECK_CADENCE"],
    kind: wholeNumber(0, 1_000_000, "records"),
    default: "50",
    help: "After how many records, on average, REDIS_MAX_SEQUENCES is looked at; 0 = with each write.",
    commands: ["serve", "demo"],
  }),
  redisMaxConcurrentWrites: option({
    env: ["REDIS_MAX_CONCURRENT_WRITES"],
    kind: wholeNumber(1, 10_000, "writes"),
    default: "100",
    help: "Writes to Redis that may be under way at once, each of up to 500 records.",
    commands: ["serve", "demo"],
  }),
  redisClearTimeoutSecs: option({
    env: ["REDIS_CLEAR_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "5",
    help: "How long deleting records from Redis may take.",
    commands: ["serve", "demo"],
  }),
};
