// One process of the product inside the virtual world: started, stopped in order, or killed. A killed one leaves at
// once: its connections end, and nothing of it reaches anybody any more.

import type { HttpServer, ServeHttp } from "../../../src/runtime/http.ts";
import type { DialTarget, Network, StreamSocket } from "../../../src/runtime/network.ts";
import type { ComponentName } from "../../faults/stage.ts";

/** What a component runs. */
export interface ComponentService {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The world as one process sees it. */
export interface ProcessSeams {
  readonly network: Network;
  readonly serve: ServeHttp;
}

export interface ComponentOptions extends ProcessSeams {
  readonly name: ComponentName;
  /** What is scraped; fixed, so that it is the same after a restart. */
  readonly port: number;
  /** Makes a new process. */
  readonly make: (seams: ProcessSeams) => ComponentService;
}

/** Nobody listens there. */
const NOWHERE = { host: "127.0.0.1", port: 1 };

function killed(): Error {
  return new Error("the process was killed");
}

/** One life of a component. */
class Life {
  readonly #open = new Set<StreamSocket>();
  readonly #service: ComponentService;
  #http: HttpServer | null = null;
  #gone = false;

  constructor({ network, serve, make }: ComponentOptions) {
    this.#service = make({
      network: this.#mortal(network),
      serve: async (options) => {
        if (this.#gone) throw killed();
        this.#http = await serve(options);
        return this.#http;
      },
    });
  }

  start(): Promise<void> {
    return this.#service.start();
  }

  stop(): Promise<void> {
    return this.#service.stop();
  }

  async kill(): Promise<void> {
    this.#gone = true;
    for (const socket of this.#open) socket.destroy(killed());
    await this.#http?.stop();
    // Ends its timers; it reaches nobody any more, so whatever fails in it is of no interest.
    void this.#service.stop().catch(() => {});
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
}

/** Down until it is started. */
export class Component {
  readonly #options: ComponentOptions;
  #life: Life | null = null;

  constructor(options: ComponentOptions) {
    this.#options = options;
  }

  get name(): ComponentName {
    return this.#options.name;
  }

  get port(): number {
    return this.#options.port;
  }

  get isUp(): boolean {
    return this.#life !== null;
  }

  /** Does nothing if it is up. @throws what its start rejects with; it is down then */
  async start(): Promise<void> {
    if (this.#life) return;
    const life = new Life(this.#options);
    this.#life = life;
    try {
      await life.start();
    } catch (error) {
      if (this.#life === life) await this.kill();
      throw error;
    }
  }

  /** As SIGTERM; does nothing if it is down. */
  async stop(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    await life?.stop();
  }

  /** As SIGKILL; does nothing if it is down. */
  async kill(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    await life?.kill();
  }
}
