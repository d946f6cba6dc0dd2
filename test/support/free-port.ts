// A port for a real component that keeps it while it is down.

import { createServer } from "node:net";

const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** Given out in this process: two listeners that are not there yet must not meet. */
const given = new Set<number>();

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * A free port below the ephemeral range, so that no outgoing connection takes it while its owner is down. Never the same one
 * twice.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
}
