// One kafkajs client on our seams: its sockets come from our `Network`, what fails shows in one callback, and
// closing it leaves no socket behind, whatever state the broker is in.

import type { Socket } from "node:net";
import { type ISocketFactory, Kafka, logLevel } from "kafkajs";
import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network, StreamSocket } from "../runtime/network.ts";
import type { Log } from "../telemetry/log.ts";
import { registerCodecs } from "./codecs.ts";
import { CONNECT_TIMEOUT_MS, limitConnecting } from "./connect-timeout.ts";
import { type FailedResponse, kafkaLog } from "./kafka-log.ts";
import {
  addressFamilyOf,
  checkKafkaSettings,
  type KafkaSettings,
  parseBroker,
  saslOf,
  tlsOf,
} from "./kafka-settings.ts";
import { quietIdleTimer } from "./kafkajs-idle-timer.ts";

const KEEP_ALIVE_MS = 60_000;

export interface KafkaClientOptions {
  readonly settings: KafkaSettings;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  /** Retries that kafkajs makes inside one call, besides those of the caller. */
  readonly retries: number;
  /** A connection could not be opened or was lost. Default: a line in the log, for whoever debugs. */
  readonly onSocketError?: (error: Error) => void;
  /** Kafka answered with an error. */
  readonly onFailedResponse?: (response: FailedResponse) => void;
}

export interface KafkaClient {
  readonly kafka: Kafka;
  /** Cuts every connection; requests under way fail at once. */
  destroy(): void;
}

/** @throws DashstreamError `config_invalid` */
export function createKafkaClient(options: KafkaClientOptions): KafkaClient {
  const { settings, log } = options;
  checkKafkaSettings(settings);
  registerCodecs();
  quietIdleTimer();
  const sockets = new SocketPool(options);
  const sasl = saslOf(settings);
  const kafka = new Kafka({
    clientId: settings.clientId,
    brokers: sockets.seedBrokers(),
    ...(sasl === null ? {} : { sasl }),
    // Ours fires first, on our clock; this one is the net below it.
    connectionTimeout: CONNECT_TIMEOUT_MS * 2,
    requestTimeout: settings.operationTimeoutMs,
    // No jitter: kafkajs would take it from the machine's randomness.
    retry: { retries: options.retries, initialRetryTime: 250, maxRetryTime: 1_000, multiplier: 2, factor: 0 },
    logLevel: logLevel.INFO,
    logCreator: () => kafkaLog(log, options.onFailedResponse ?? (() => {})),
    socketFactory: sockets.factory,
  });
  return { kafka, destroy: () => sockets.destroy() };
}

/** The sockets of one client. */
class SocketPool {
  readonly #options: KafkaClientOptions;
  readonly #open = new Set<StreamSocket>();
  /** kafkajs cuts a seed broker at its first colon, so IPv6 addresses get a name without one. */
  readonly #aliases = new Map<string, string>();
  #destroyed = false;

  constructor(options: KafkaClientOptions) {
    this.#options = options;
  }

  /**
   * kafkajs asks for these before it dials one. It retries for as long as it is told to and cannot be cancelled, so
   * once the client is closed its retries come to rest here, in a promise that nobody settles.
   */
  seedBrokers(): () => Promise<string[]> {
    const brokers = this.#options.settings.brokers.map((broker) => this.#alias(broker));
    return () => (this.#destroyed ? new Promise(() => {}) : Promise.resolve(brokers));
  }

  #alias(broker: string): string {
    const { host, port } = parseBroker(broker);
    if (!host.includes(":")) return `${host}:${port}`;
    const name = `ipv6-${this.#aliases.size}.invalid`;
    this.#aliases.set(name, host);
    return `${name}:${port}`;
  }

  readonly factory: ISocketFactory = ({ host: name, port, onConnect }) => {
    const { settings, network, clock } = this.#options;
    const host = this.#aliases.get(name) ?? name;
    const tls = tlsOf(settings, host);
    const family = addressFamilyOf(settings);
    const socket = network.dial(
      { host, port, ...(tls ? { tls } : {}), ...(family ? { family } : {}) },
      () => {
        timer.cancel();
        onConnect();
      },
    );
    const timer = limitConnecting(clock, socket, host, port);
    this.#open.add(socket);
    socket.on("error", (error: Error) => {
      if (!this.#destroyed) this.#onSocketError(error);
    });
    socket.on("close", () => {
      timer.cancel();
      this.#open.delete(socket);
    });
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (this.#destroyed) socket.destroy(closedError());
    return asNetSocket(socket);
  };

  #onSocketError(error: Error): void {
    const { onSocketError, log } = this.#options;
    if (onSocketError) onSocketError(error);
    else log.debug("kafka connection failed", { error: describeError(error) });
  }

  destroy(): void {
    this.#destroyed = true;
    for (const socket of [...this.#open]) socket.destroy(closedError());
  }
}

/** Sockets are cut with an error, because that makes kafkajs give up the requests that wait on them. */
function closedError(): Error {
  return Object.assign(new Error("the client was closed"), { code: "ECONNABORTED" });
}

/** kafkajs also calls `unref`, which a socket that is not the machine's own need not have. */
function asNetSocket(socket: StreamSocket): Socket {
  if (!("unref" in socket)) Object.assign(socket, { unref: () => socket });
  return socket as Socket;
}
