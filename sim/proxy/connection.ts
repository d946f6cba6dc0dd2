// One client and its connection to the server behind the proxy: two flows, and what becomes of both when a side goes.

import { describeError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network, StreamSocket } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { Flow } from "./flow.ts";
import type { AddedToxic } from "./toxic.ts";
import { receptionOf } from "./toxics.ts";

export interface ConnectionOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The server behind the proxy. */
  readonly upstream: { readonly host: string; readonly port: number };
}

export class ProxiedConnection {
  readonly #options: ConnectionOptions;
  readonly #toxics: Iterable<AddedToxic>;
  readonly #onOver: () => void;
  readonly #client: StreamSocket;
  /** `null` while the client is left waiting. */
  #server: StreamSocket | null = null;
  readonly #upstream: Flow;
  readonly #downstream: Flow;
  #over = false;

  /** @param toxics those of the proxy, in their order */
  constructor(
    client: StreamSocket,
    options: ConnectionOptions,
    toxics: Iterable<AddedToxic>,
    onOver: () => void,
  ) {
    const { clock, random } = options;
    this.#client = client;
    this.#options = options;
    this.#toxics = toxics;
    this.#onOver = onOver;
    const surroundings = {
      clock,
      random,
      reset: () => this.cut(),
      loseServer: () => void this.#server?.resetAndDestroy(),
    };
    this.#upstream = new Flow({ ...surroundings, direction: "upstream" });
    this.#downstream = new Flow({ ...surroundings, direction: "downstream" });
  }

  /** Takes the client in, as the toxics say. */
  open(): void {
    this.#attend(this.#client, "client");
    for (const added of this.#toxics) {
      if (receptionOf(added.toxic) !== "reset") continue;
      added.hits++;
      return this.cut();
    }
    for (const added of this.#toxics) this.afflict(added);
    this.#downstream.into(this.#client);
    this.#upstream.from(this.#client);
    this.#connect();
  }

  afflict(added: AddedToxic): void {
    this.#upstream.add(added);
    this.#downstream.add(added);
  }

  relieve(added: AddedToxic): void {
    this.#upstream.remove(added);
    this.#downstream.remove(added);
    this.#connect();
  }

  /** Cuts both sides with a reset. */
  cut(): void {
    this.#end();
    this.#client.resetAndDestroy();
    this.#server?.resetAndDestroy();
  }

  /** Dials the server, unless that was done or a toxic leaves clients waiting. */
  #connect(): void {
    if (this.#over || this.#server !== null) return;
    for (const { toxic } of this.#toxics) if (receptionOf(toxic) === "stay silent") return;
    const { network, upstream } = this.#options;
    const server = network.dial({ host: upstream.host, port: upstream.port, allowHalfOpen: true }, () => {});
    this.#server = server;
    this.#attend(server, "server");
    this.#upstream.into(server);
    this.#downstream.from(server);
  }

  #attend(socket: StreamSocket, side: "client" | "server"): void {
    socket.setNoDelay(true);
    socket.on("error", (error: Error) => {
      this.#options.log.debug("proxied connection failed", { side, error: describeError(error) });
    });
    socket.on("close", () => {
      if (this.#client.destroyed && this.#server?.destroyed !== false) this.#end();
    });
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#upstream.end();
    this.#downstream.end();
    this.#onOver();
  }
}
