// What a world stands on: Kafka, Redis, time, network and sockets. There are two, one in virtual time with everything
// embedded, and one of real components.

import type { WebSocketConstructor } from "../../src/client/index.ts";
import type { NewRecord } from "../../src/kafka-protocol/records.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { ServeHttp } from "../../src/runtime/http.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { ClientKind, Step } from "./schedule.ts";

export type RedisChange = Extract<Step, { do: "redis" }>["what"];

export interface Site {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly serve: ServeHttp;
  /** Of this run alone. */
  readonly topic: string;
  /** Where servers find Kafka and, if there is one, Redis. */
  readonly env: Readonly<Record<string, string>>;
  /** Where server number `index` listens, each time that it is started. */
  port(index: number): number;
  webSocket(kind: ClientKind): WebSocketConstructor;
  createTopic(partitions: number): Promise<void>;
  deleteTopic(): Promise<void>;
  addPartition(newCount: number): Promise<void>;
  /** Appends one batch; gives the offset of its first record. */
  append(partition: number, records: readonly NewRecord[], control: boolean): Promise<number>;
  /** The log of the partition begins at `offset` from now on. */
  trim(partition: number, offset: number): Promise<void>;
  kafka(up: boolean): Promise<void>;
  redis(what: RedisChange): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  outcome<T>(promise: Promise<T>): Promise<T>;
  /** Ends everything. @throws Error if something is left behind */
  close(): Promise<void>;
}
