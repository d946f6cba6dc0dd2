// A proxy between a client and a server that the test plays itself, on the machine's network or in virtual time.

import { createFaultProxy, type FaultProxy } from "../../../sim/proxy/proxy.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { type Network, type StreamSocket, systemNetwork } from "../../../src/runtime/network.ts";
import { countingNetwork } from "../../support/counting-network.ts";
import { eventually } from "../../support/eventually.ts";

/** One end of a connection, and all that happened to it. */
export interface Peer {
  readonly socket: StreamSocket;
  text: string;
  ended: boolean;
  closed: boolean;
  /** Code of the error that it closed with. */
  error: string | null;
}

export function attend(socket: StreamSocket): Peer {
  const peer: Peer = { socket, text: "", ended: false, closed: false, error: null };
  socket.on("data", (chunk) => {
    peer.text += chunk.toString();
  });
  socket.on("end", () => {
    peer.ended = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    peer.error = error.code ?? error.message;
  });
  socket.on("close", () => {
    peer.closed = true;
  });
  return peer;
}

export interface ProxyRig {
  readonly clock: Clock;
  readonly proxy: FaultProxy;
  /** Connections that reached the server, in their order. */
  readonly accepted: Peer[];
  /** Opens a connection to the proxy. */
  dial(allowHalfOpen?: boolean): Peer;
  /** Opens a connection through to the server. */
  connect(): Promise<{ readonly client: Peer; readonly server: Peer }>;
  /** Lets time pass until it holds. */
  until(condition: () => boolean): Promise<void>;
  /** Makes the server listen no more; connections that it has are cut. */
  stopServer(): Promise<void>;
}

export interface Surroundings {
  readonly network: Network;
  readonly clock: Clock;
  until(condition: () => boolean): Promise<void>;
  outcome<T>(promise: Promise<T>): Promise<T>;
}

async function withProxy(around: Surroundings, live: (rig: ProxyRig) => Promise<void>): Promise<void> {
  const { network, clock, until, outcome } = around;
  const accepted: Peer[] = [];
  const accept = (socket: StreamSocket) => void accepted.push(attend(socket));
  const server = await network.listen("127.0.0.1", 0, accept, { allowHalfOpen: true });
  const proxy = createFaultProxy({
    network,
    clock,
    listen: { host: "127.0.0.1", port: 0 },
    upstream: server,
  });
  await proxy.start();
  const dial = (allowHalfOpen = false) =>
    attend(network.dial({ host: "127.0.0.1", port: proxy.port, allowHalfOpen }, () => {}));
  try {
    await live({
      clock,
      proxy,
      accepted,
      dial,
      async connect() {
        const index = accepted.length;
        const client = dial();
        await until(() => accepted.length > index);
        const peer = accepted[index];
        if (!peer) throw new Error("nobody was accepted");
        return { client, server: peer };
      },
      until,
      stopServer: () => outcome(server.close()),
    });
  } finally {
    await outcome(proxy.stop());
    await outcome(server.close());
  }
}

/** On loopback; every socket is closed in the end. */
export async function onLoopback(live: (rig: ProxyRig) => Promise<void>): Promise<void> {
  const network = countingNetwork(systemNetwork);
  await withProxy({ network, clock: systemClock, until: eventually, outcome: (promise) => promise }, live);
  await eventually(() => network.openSockets === 0);
}

/** In virtual time; no timer is left in the end. */
export function inVirtualTime(live: (rig: ProxyRig, world: VirtualWorld) => Promise<void>): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { network, clock, outcome } = world;
    const until = async (condition: () => boolean) => {
      if (!(await clock.runUntil(condition, 120_000))) throw new Error(`never came true: ${condition}`);
    };
    await withProxy({ network, clock, until, outcome }, (rig) => live(rig, world));
    await world.settled();
    if (clock.pendingCount > 0) throw new Error(`${clock.pendingCount} timers are left`);
  });
}
