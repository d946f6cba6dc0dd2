// The machine's network as a program uses it that is killed at some moment: its connections end and no new ones are
// made, and nobody was told.

import { type Network, type StreamSocket, systemNetwork } from "../../src/runtime/network.ts";

export interface VanishingNetwork extends Network {
  vanish(): void;
}

/** Nobody listens there. */
const NOWHERE = { host: "127.0.0.1", port: 1 };

export function vanishingNetwork(): VanishingNetwork {
  const open = new Set<StreamSocket>();
  let gone = false;
  return {
    dial(target, onConnect) {
      const socket = systemNetwork.dial(gone ? NOWHERE : target, onConnect);
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      return socket;
    },
    listen: (...args) => systemNetwork.listen(...args),
    vanish() {
      gone = true;
      for (const socket of open) socket.destroy();
    },
  };
}
