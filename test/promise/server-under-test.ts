// One server that can be started, stopped and killed. Its sockets are small, so that few records fill them, and what it
// announces is added up where it leaves the server.

import { loadConfig } from "../../src/config/load.ts";
import type { BuildInfo } from "../../src/runtime/build-info.ts";
import type { HttpServer, PeerSocket, RequestContext, ServeHttp } from "../../src/runtime/http.ts";
import type { DialTarget, Network, StreamSocket } from "../../src/runtime/network.ts";
import { Appliance } from "../../src/server/appliance.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { readFrame } from "./frames.ts";
import type { Setup } from "./schedule.ts";
import type { Site } from "./site.ts";

const BUILD: BuildInfo = { version: "0.0.0", gitSha: "unknown", buildDate: "unknown", runtime: "virtual" };
/** What a server says when it sees that. */
const NEW_LOG = "the topic was made anew";
/** Queued bytes count so many times: a mebibyte, at which a server gives a socket no more, is 8 KiB here. */
const SOCKET_SCALE = 128;
const RING_BYTES = 4 * 1024 * 1024;
/** Nobody listens there. */
const NOWHERE = { host: "127.0.0.1", port: 1 };

/** Counts of records that this server named as missing, as they left it. */
export interface Announced {
  tooSlow: number;
  others: number;
}

export interface ServerOptions {
  readonly site: Site;
  readonly setup: Setup;
  readonly index: number;
  readonly log?: Log | undefined;
  /** The server saw that the topic was made anew. */
  readonly onNewLog: (server: ServerUnderTest, partition: number) => void;
}

export class ServerUnderTest {
  readonly index: number;
  readonly #site: Site;
  readonly #appliance: Appliance;
  readonly #open = new Set<StreamSocket>();
  #gone = false;
  #http: HttpServer | null = null;
  readonly announced: Announced = { tooSlow: 0, others: 0 };

  private constructor({ site, setup, index, log: told = silentLog, onNewLog }: ServerOptions) {
    this.index = index;
    this.#site = site;
    const { config } = loadConfig({
      env: { ...site.env, ...environment(site, setup, index) },
      flags: {},
      readFile: () => "",
    });
    const { clock, random } = site;
    const network = this.#mortal(site.network);
    const log: Log = {
      ...told,
      warn: (message, fields) => {
        if (message.includes(NEW_LOG)) onNewLog(this, Number(fields?.partition));
        told.warn(message, fields);
      },
    };
    this.#appliance = new Appliance({
      config,
      clock,
      random,
      network,
      log,
      serve: this.#serve,
      build: BUILD,
    });
  }

  static async start(options: ServerOptions): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(options);
    await server.#appliance.start();
    return server;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.#appliance.address.port}/ws`;
  }

  get ready(): boolean {
    return this.#appliance.ready;
  }

  handledUpTo(ends: ReadonlyMap<number, number>): Promise<void> {
    return this.#appliance.pipeline.handledUpTo(ends);
  }

  stop(): Promise<void> {
    return this.#appliance.stop();
  }

  /** As SIGKILL: its connections end, nothing of it reaches anybody any more. Resolves when its remains are gone. */
  async crash(): Promise<void> {
    this.#gone = true;
    // With an error, so that what is left of it here ends too.
    for (const socket of this.#open) socket.destroy(new Error("the process was killed"));
    await this.#http?.stop();
    // Frees timers only: it cannot reach anything.
    await this.#appliance.stop();
  }

  /** What is wrong with its counters, or `null`. */
  async miscount(exactly: boolean): Promise<string | null> {
    const { body } = await this.#appliance.metrics.expose(null);
    const dropped = sum(body, 'websocket_dropped_messages_total{reason="lagged_receiver"}');
    const { tooSlow } = this.announced;
    if (exactly ? dropped === tooSlow : dropped >= tooSlow) return null;
    return `server ${this.index} counted ${dropped} dropped messages and announced ${tooSlow}`;
  }

  #mortal(network: Network): Network {
    return {
      listen: (...args) => network.listen(...args),
      dial: (target: DialTarget, onConnect) => {
        const socket = network.dial(this.#gone ? NOWHERE : target, onConnect);
        this.#open.add(socket);
        socket.once("close", () => this.#open.delete(socket));
        return socket;
      },
    };
  }

  readonly #serve: ServeHttp = async (options) => {
    const http = await this.#site.serve({
      ...options,
      fetch: (request, context) => options.fetch(request, this.#tapped(context)),
    });
    this.#http = http;
    return http;
  };

  #tapped(context: RequestContext): RequestContext {
    return {
      peerAddress: context.peerAddress,
      wantsUpgrade: context.wantsUpgrade,
      upgrade: (open, options) => context.upgrade((socket) => open(this.#small(socket)), options),
    };
  }

  #small(socket: PeerSocket): PeerSocket {
    return {
      send: (frame) => {
        if (typeof frame === "string" && frame.includes('"gap"')) this.#announce(frame);
        return socket.send(frame);
      },
      cork: (write) => socket.cork(write),
      bufferedBytes: () => socket.bufferedBytes() * SOCKET_SCALE,
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
  }

  #announce(frame: string): void {
    const said = readFrame(frame);
    if (said.type === "thread_gap") this.announced.others += said.count;
    if (said.type !== "gap") return;
    if (said.message.includes("too slow")) this.announced.tooSlow += said.count;
    else this.announced.others += said.count;
  }
}

function environment(site: Site, setup: Setup, index: number): Record<string, string> {
  return {
    KAFKA_TOPIC: site.topic,
    KAFKA_DLQ_TOPIC: `${site.topic}-dlq`,
    KAFKA_GROUP_ID: `${site.topic}-group`,
    ...(setup.servers > 1 ? { KAFKA_GROUP_MODE: "per-replica", INSTANCE_ID: `replica-${index}` } : {}),
    WEBSOCKET_PORT: String(site.port(index)),
    WEBSOCKET_MAX_CONNECTIONS_PER_IP: "100",
    EXPECTED_SCHEMAS_PATH: "/nonexistent/expected-schemas.json",
    WEBSOCKET_MAX_PAYLOAD_BYTES: "100000",
    REPLAY_BUFFER_MEMORY_SIZE: String(setup.ringRecords),
    REPLAY_BUFFER_MEMORY_BYTES: String(RING_BYTES),
    REPLAY_MAX_TOTAL: String(setup.replayMax),
    WEBSOCKET_MAX_CLIENT_LAG: String(setup.maxLag),
    SLOW_CLIENT_DISCONNECT_THRESHOLD: String(setup.slowThreshold),
    WEBSOCKET_ALLOWED_ORIGINS: "*",
    WEBSOCKET_BROWSER_BURST: "20",
    REDIS_MESSAGE_TTL_SECS: String(setup.ttlSecs),
  };
}

function sum(text: string, prefix: string): number {
  const lines = text.split("\n").filter((line) => line.startsWith(prefix));
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
