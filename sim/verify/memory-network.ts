// A network inside the process: no ports of the machine, no waiting, and the same order of events in every run.
// Any host name can be listened on and dialled; what nobody listens on refuses the connection.

import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type {
  DialTarget,
  Listener,
  ListenOptions,
  Network,
  StreamSocket,
} from "../../src/runtime/network.ts";
import { MemorySocket } from "./memory-socket.ts";

/** Where free ports are taken from, as on Linux. */
const FIRST_FREE_PORT = 32_768;
const ANY_HOST = new Set(["0.0.0.0", "::"]);

type OnConnection = (socket: StreamSocket) => void;

interface Door {
  readonly onConnection: OnConnection;
  readonly accepted: Set<MemorySocket>;
  readonly allowHalfOpen: boolean;
}

class Doors {
  readonly #doors = new Map<string, Door>();
  #nextFreePort = FIRST_FREE_PORT;

  open(host: string, port: number, onConnection: OnConnection, options: ListenOptions = {}): Listener {
    const boundPort = port === 0 ? this.#freePort(host) : port;
    const key = keyOf(host, boundPort);
    if (this.#doors.has(key)) {
      throw new DashstreamError("port_in_use", `cannot listen on ${host}:${port}`);
    }
    const { allowHalfOpen = false } = options;
    const door: Door = { onConnection, accepted: new Set(), allowHalfOpen };
    this.#doors.set(key, door);
    return {
      host,
      port: boundPort,
      close: async () => {
        if (this.#doors.get(key) === door) this.#doors.delete(key);
        for (const socket of door.accepted) socket.destroy();
      },
    };
  }

  find(host: string, port: number): Door | undefined {
    return this.#doors.get(keyOf(host, port)) ?? this.#doors.get(keyOf("0.0.0.0", port));
  }

  #freePort(host: string): number {
    while (this.#doors.has(keyOf(host, this.#nextFreePort))) this.#nextFreePort++;
    return this.#nextFreePort++;
  }
}

function keyOf(host: string, port: number): string {
  if (ANY_HOST.has(host)) return `*:${port}`;
  return `${host === "localhost" ? "127.0.0.1" : host}:${port}`;
}

function refused({ host, port }: DialTarget): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), {
    code: "ECONNREFUSED",
    syscall: "connect",
    address: host,
    port,
  });
}

/** What is on its way arrives by `clock`, after no time. TLS is not spoken: dialling with it fails. */
export function memoryNetwork(clock: Clock): Network {
  const doors = new Doors();
  return {
    dial(target, onConnect) {
      const socket = new MemorySocket(clock, target.allowHalfOpen);
      socket.once("connect", onConnect);
      clock.after(0, () => {
        if (socket.destroyed) return;
        const door = target.tls ? undefined : doors.find(target.host, target.port);
        if (!door) return socket.destroy(target.tls ? noTls(target) : refused(target));
        const accepted = accept(clock, door);
        MemorySocket.join(socket, accepted);
        clock.after(0, () => {
          if (!socket.destroyed) socket.emit("connect");
        });
        door.onConnection(asStreamSocket(accepted));
      });
      return asStreamSocket(socket);
    },
    listen: async (host, port, onConnection, options) => doors.open(host, port, onConnection, options),
  };
}

function accept(clock: Clock, door: Door): MemorySocket {
  const socket = new MemorySocket(clock, door.allowHalfOpen);
  door.accepted.add(socket);
  socket.once("close", () => door.accepted.delete(socket));
  return socket;
}

function noTls({ host, port }: DialTarget): Error {
  return new DashstreamError("invariant", `${host}:${port}: the in-memory network does not speak TLS`);
}

/** The methods of `net.Socket` return `net.Socket`, so no other class can have exactly their types. */
function asStreamSocket(socket: MemorySocket): StreamSocket {
  return socket as unknown as StreamSocket;
}
