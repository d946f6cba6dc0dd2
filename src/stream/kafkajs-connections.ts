// Connections to single brokers as kafkajs makes them (login, TLS, throttling, our sockets), and requests of our own
// layouts over them. kafkajs 2.2.4 shows neither: its cluster is behind a private symbol, whose absence is one
// clear error.

import type { Kafka } from "kafkajs";
import { DashstreamError } from "../errors.ts";
import type { Api, RequestOf, ResponseOf } from "../kafka-protocol/api.ts";
import { Reader } from "../kafka-protocol/reader.ts";
import { Writer } from "../kafka-protocol/writer.ts";
import type { BrokerAddress } from "./kafka-settings.ts";

/** A connection to one broker; it is opened again by itself when it was lost. */
export interface BrokerConnection {
  /**
   * Sends a request in the highest version that both sides speak. Error codes in the answer are the caller's to read.
   * Rejects with an error of kafkajs if the connection fails.
   */
  call<A extends Api>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>>;
  /** Waits for the answers that are still to come, then closes. */
  close(): Promise<void>;
}

export interface KafkaConnections {
  /** Connects to a broker; `null` takes the next of those that the settings name. Rejects with an error of kafkajs. */
  open(address: BrokerAddress | null): Promise<BrokerConnection>;
}

/** What is used of the inside of kafkajs. */
interface InnerCluster {
  readonly rootLogger: unknown;
  readonly connectionPoolBuilder: { build(address?: BrokerAddress): Promise<InnerPool> };
  readonly brokerPool: {
    createBroker(options: { readonly connectionPool: InnerPool; readonly logger: unknown }): InnerBroker;
  };
}

interface InnerPool {
  send(request: InnerRequest): Promise<unknown>;
}

interface InnerBroker {
  readonly connectionPool: InnerPool;
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Calls `protocol` with the highest of `versions` that the broker knows too. */
  lookupRequest(apiKey: number, definition: InnerDefinition): InnerRequest;
}

interface InnerDefinition {
  readonly versions: readonly number[];
  protocol(chosen: { readonly version: number }): InnerRequest;
}

interface InnerRequest {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<InnerEncoder>;
  };
  readonly response: {
    decode(payload: Buffer): Promise<InnerAnswer>;
    parse(answer: InnerAnswer): Promise<unknown>;
  };
  readonly logResponseError: boolean;
}

/** An encoder that has written a body: the buffer it wrote into, and what is filled of it. */
interface InnerEncoder {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

interface InnerAnswer {
  /** Milliseconds for which Kafka wants no requests on this connection; kafkajs keeps to it. */
  readonly clientSideThrottleTime: number;
  readonly body: unknown;
}

const CREATE_CLUSTER = "private:Kafka:createCluster";

/** @throws DashstreamError `invariant` if this kafkajs is built differently */
export function connectionsOf(kafka: Kafka): KafkaConnections {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === CREATE_CLUSTER,
  );
  const createCluster: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol);
  if (typeof createCluster !== "function") {
    throw new DashstreamError("invariant", `kafkajs has no ${CREATE_CLUSTER}; expected version 2.2.4`);
  }
  const { connectionPoolBuilder, brokerPool, rootLogger: logger }: InnerCluster = createCluster({});
  return {
    async open(address) {
      const connectionPool = await connectionPoolBuilder.build(address ?? undefined);
      const broker = brokerPool.createBroker({ connectionPool, logger });
      await broker.connect();
      return connectionTo(broker);
    },
  };
}

function connectionTo(broker: InnerBroker): BrokerConnection {
  return {
    async call<A extends Api>(api: A, request: RequestOf<A>) {
      if (!broker.isConnected()) await broker.connect();
      const sent = broker.lookupRequest(api.key, definitionOf(api, request));
      return (await broker.connectionPool.send(sent)) as ResponseOf<A>;
    },
    close: () => broker.disconnect(),
  };
}

function definitionOf<Req>(api: Api<string, Req>, body: Req): InnerDefinition {
  const { key, name, minVersion, maxVersion } = api;
  const versions = Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => minVersion + i);
  const encode = async (version: number) => {
    const writer = new Writer();
    api.request(version).write(writer, body);
    const buffer = writer.finish();
    return { buf: buffer, buffer };
  };
  return {
    versions,
    protocol: ({ version }) => ({
      request: { apiKey: key, apiVersion: version, apiName: name, encode: () => encode(version) },
      response: {
        decode: async (payload) => answerOf(api.response(version).read(new Reader(payload))),
        parse: async ({ body: answer }) => answer,
      },
      logResponseError: true,
    }),
  };
}

function answerOf(body: unknown): InnerAnswer {
  const throttleTimeMs: unknown = Object(body).throttleTimeMs;
  return { clientSideThrottleTime: typeof throttleTimeMs === "number" ? throttleTimeMs : 0, body };
}
