// The machine's network, with a count of the sockets that are open.

import { type Network, systemNetwork } from "../../src/runtime/network.ts";

export interface CountingNetwork extends Network {
  readonly openSockets: number;
}

export function countingNetwork(network: Network = systemNetwork): CountingNetwork {
  let open = 0;
  return {
    get openSockets() {
      return open;
    },
    dial(target, onConnect) {
      open++;
      const socket = network.dial(target, onConnect);
      socket.once("close", () => {
        open--;
      });
      return socket;
    },
    listen: (...args) => network.listen(...args),
  };
}
