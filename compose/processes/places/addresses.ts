// Where the services of a compose file are reached when they are processes: each container port becomes a port of
// 127.0.0.1, a published one where it was published and any other under its own number, all shifted alike. Texts are
// rewritten in one pass, so that nothing is replaced twice.

import { DashstreamError } from "../../../src/errors.ts";
import type { ComposeService } from "../compose-file/service.ts";

/** What is told of a service: how others reach it. */
export type Reachable = Pick<ComposeService, "name" | "hosts" | "ports">;

/** A port of the stack. */
export interface Address {
  readonly service: string;
  /** Where it listens in the compose file. */
  readonly containerPort: number;
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
}

export const LOOPBACK = "127.0.0.1";

/** Ports of URLs that name none. */
const SCHEME_PORTS: Readonly<Record<string, number>> = { redis: 6379, http: 80, https: 443 };
const ANY_OR_SELF = ["0.0.0.0", "[::]", "localhost", "127.0.0.1", "[::1]"];
const MAX_PORT = 65_535;

export class Addresses {
  readonly #services: readonly Reachable[];
  readonly #offset: number;
  readonly #ports = new Map<string, Address>();
  readonly #pattern: RegExp;

  /**
   * @param known ports that were given before
   * @throws DashstreamError `config_invalid` if a port is published twice or shifted out of range
   */
  constructor(services: readonly Reachable[], portOffset: number, known: readonly Address[] = []) {
    this.#services = services;
    this.#offset = portOffset;
    for (const address of known) this.#ports.set(`${address.service}:${address.containerPort}`, address);
    for (const { name, ports } of known.length > 0 ? [] : services) {
      for (const { target, published } of ports) {
        if (published !== null) this.#put(name, target, published + portOffset);
      }
    }
    const hosts = [...services.flatMap((service) => service.hosts), ...ANY_OR_SELF];
    const names = hosts.map((host) => host.replaceAll(/[.[\]]/g, "\\$&")).join("|");
    // With a port anywhere; without one only as the host of a URL or the value of a flag, because other words look like
    // names of services.
    this.#pattern = new RegExp(
      `(?<scheme>[a-z]+)://(?<credentials>[^\\s/@"']*@)?(?<bare>${names})(?=[/?\\s"']|$)|(?<![\\w.-])(?<host>${names}):(?<port>\\d{1,5})(?!\\d)|(?<=^--[\\w-]+=)(?<alone>${names})$`,
      "g",
    );
  }

  /** The port of 127.0.0.1 that stands for a container port; one that is not published is given one. */
  portOf(service: string, containerPort: number): number {
    const known = this.#ports.get(`${service}:${containerPort}`);
    return known?.port ?? this.#choose(service, containerPort);
  }

  /** All ports of the stack. */
  all(): readonly Address[] {
    return [...this.#ports.values()];
  }

  /** All ports that a service listens on as far as is known. */
  ofService(name: string): readonly Address[] {
    return [...this.#ports.values()].filter(({ service }) => service === name);
  }

  /**
   * `text` with its addresses replaced. `own` is the service that reads it: `0.0.0.0` is its own address there, and so is
   * `localhost` if it listens on that port, otherwise this machine's.
   */
  replaceIn(text: string, own: string | null = null): string {
    return text.replaceAll(this.#pattern, (whole: string, ...found: readonly unknown[]) => {
      const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
      const { scheme, credentials = "", bare, host, port, alone } = groups;
      if (alone !== undefined) return this.#serviceAt(alone) === null ? whole : LOOPBACK;
      if (bare !== undefined) {
        const service = this.#serviceAt(bare);
        const standard = SCHEME_PORTS[scheme ?? ""];
        if (service === null || standard === undefined) return whole;
        return `${scheme}://${credentials}${LOOPBACK}:${this.portOf(service, standard)}`;
      }
      return this.#replacement(host ?? "", Number(port), own) ?? whole;
    });
  }

  /** The services whose addresses `text` has. */
  servicesIn(text: string): readonly string[] {
    const found = [...text.matchAll(this.#pattern)].map(({ groups }) =>
      this.#serviceAt(groups?.bare ?? groups?.host ?? groups?.alone ?? ""),
    );
    return [...new Set(found.filter((name) => name !== null))];
  }

  #replacement(host: string, containerPort: number, own: string | null): string | null {
    const service = this.#serviceAt(host);
    if (service !== null) return `${LOOPBACK}:${this.portOf(service, containerPort)}`;
    const isAny = host === "0.0.0.0" || host === "[::]";
    if (own !== null && (isAny || this.#ports.has(`${own}:${containerPort}`))) {
      return `${isAny ? LOOPBACK : host}:${this.portOf(own, containerPort)}`;
    }
    const isPublished = this.#services.some(({ ports }) =>
      ports.some(({ published }) => published === containerPort),
    );
    return isPublished ? `${host}:${containerPort + this.#offset}` : null;
  }

  #serviceAt(host: string): string | null {
    return this.#services.find(({ hosts }) => hosts.includes(host))?.name ?? null;
  }

  /** Numbers of other services are taken; who publishes none has no number of its own. */
  #choose(service: string, containerPort: number): number {
    const taken = new Set([...this.#ports.values()].map(({ port }) => port));
    let port = containerPort + this.#offset;
    while (taken.has(port)) port++;
    return this.#put(service, containerPort, port);
  }

  #put(service: string, containerPort: number, port: number): number {
    const holder = [...this.#ports.values()].find((address) => address.port === port);
    if (holder !== undefined)
      throw invalid(`port ${port} is that of ${holder.service} and of ${service}`, "one port each");
    if (port < 1 || port > MAX_PORT) {
      throw invalid(`${service} gets port ${port} with the offset ${this.#offset}`, `1 to ${MAX_PORT}`);
    }
    this.#ports.set(`${service}:${containerPort}`, { service, containerPort, port });
    return port;
  }
}

function invalid(what: string, expected: string): DashstreamError {
  return new DashstreamError("config_invalid", `${what}, expected ${expected}`);
}
