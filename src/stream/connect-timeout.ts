// The time limit for opening a connection, on our clock: client libraries have one of their own, on the machine's.

import type { Clock, Timer } from "../runtime/clock.ts";
import type { StreamSocket } from "../runtime/network.ts";

/** Milliseconds that opening a connection may take. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** Cuts `socket` with an error of code `ETIMEDOUT` if the time is up before the timer is cancelled. */
export function limitConnecting(clock: Clock, socket: StreamSocket, host: string, port: number): Timer {
  return clock.after(CONNECT_TIMEOUT_MS, () => {
    const text = `connect to ${host}:${port}: no answer within ${CONNECT_TIMEOUT_MS} ms`;
    socket.destroy(Object.assign(new Error(text), { code: "ETIMEDOUT" }));
  });
}
