// WebSocket clients of the virtual world: healthy ones that use the library, and ones that faults command.

import { connectStream, type Stream } from "../../../src/client/index.ts";
import { DashstreamError } from "../../../src/errors.ts";
import type { ClientsControl, StageClient } from "../../faults/stage.ts";
import type { MemoryWebSocket } from "../memory-websocket.ts";
import type { VirtualWorld } from "../virtual-world.ts";

/** Without a closing handshake. */
const CUT = 1006;

/** Follows the stream for as long as it lives, through every restart of the server. */
export function healthyClient({ clock, random, http }: VirtualWorld, url: string): Stream {
  // Without a listener it would wait for somebody to iterate over it, and take nothing.
  const onRecord = () => {};
  return connectStream({ url, from: "latest", WebSocket: http.WebSocket, clock, random, onRecord });
}

export function commandedClients({ http }: VirtualWorld, url: string): ClientsControl {
  return {
    connect: () =>
      new Promise((resolve, reject) => {
        const socket = new http.WebSocket(url);
        socket.onopen = () => resolve(commanded(socket));
        socket.onclose = ({ code, reason }) =>
          reject(new DashstreamError("server_unreachable", `no connection to ${url}: ${code} ${reason}`));
      }),
  };
}

function commanded(socket: MemoryWebSocket): StageClient {
  let closeCode: number | null = null;
  socket.onclose = ({ code }) => {
    closeCode = code;
  };
  return {
    get closeCode() {
      return closeCode;
    },
    read: (reading) => (reading ? socket.resumeReading() : socket.pauseReading()),
    send: (text) => socket.send(text),
    cut: () => socket.close(CUT),
  };
}
