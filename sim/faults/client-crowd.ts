// A number of clients that misbehave for as long as a fault lasts. One that the server ends is opened again, so that the
// fault lasts too; one that it does not let in is tried again.

import { describeError } from "../../src/errors.ts";
import type { Timer } from "../../src/runtime/clock.ts";
import { need, type Stage, type StageClient } from "./stage.ts";

export interface ClientCrowdOptions {
  readonly clients: number;
  /** Called for each connection that was made. */
  readonly onOpen?: (client: StageClient) => void;
}

/** How often ended and refused connections are looked at. */
const CHECK_INTERVAL_MS = 1_000;

export class ClientCrowd {
  readonly #stage: Stage;
  readonly #options: ClientCrowdOptions;
  readonly #open = new Set<StageClient>();
  #connecting = 0;
  #over = false;
  #check: Timer | null = null;
  /** Connections made. */
  opened = 0;
  /** Connections that the server did not let in. */
  refused = 0;

  constructor(stage: Stage, options: ClientCrowdOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  /** The connections of now. */
  get open(): ReadonlySet<StageClient> {
    return this.#open;
  }

  /** Resolves when each connection was tried once. */
  async start(): Promise<void> {
    this.#check = this.#stage.clock.every(CHECK_INTERVAL_MS, () => void this.fill());
    await this.fill();
  }

  /** Opens what is missing. */
  async fill(): Promise<void> {
    for (const client of this.#open) {
      if (client.closeCode === null) continue;
      client.cut();
      this.#open.delete(client);
    }
    const missing = this.#options.clients - this.#open.size - this.#connecting;
    await Promise.all(Array.from({ length: Math.max(0, missing) }, () => this.#connect()));
  }

  /** Cuts all connections; they are opened again at the next look. */
  cutAll(): void {
    for (const client of this.#open) client.cut();
    this.#open.clear();
  }

  stop(): void {
    this.#over = true;
    this.#check?.cancel();
    this.cutAll();
  }

  async #connect(): Promise<void> {
    this.#connecting++;
    try {
      const client = await need(this.#stage, "clients").connect();
      if (this.#over) return client.cut();
      this.opened++;
      this.#open.add(client);
      this.#options.onOpen?.(client);
    } catch (error) {
      this.refused++;
      this.#stage.log.debug("a client was not let in", { error: describeError(error) });
    } finally {
      this.#connecting--;
    }
  }
}

/** Begins with what comes from now on, as most clients do. */
export const RESUME_LATEST = JSON.stringify({ type: "resume", from: "latest", lastOffsetsByPartition: {} });
