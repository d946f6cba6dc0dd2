// Servers of a stack as the user has named them, each by a flag, and what is said when one is not there.

import { DashstreamError, describeError, systemCode } from "../../src/errors.ts";
import { type HostPort, hostPortText } from "../../src/runtime/address.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";

export interface NamedServer {
  /** With its dashes. */
  readonly flag: string;
  /** As it was given. */
  readonly url: string;
  /** What to do when it refuses whoever has not said who it is, in a sentence; default: nothing is said. */
  readonly credentials?: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const REMEDY = "start the stack (make stack-up, or docker compose up in compose/) or name yours";

/** An error about a server that did not answer, in words that name its flag if nothing listens there. */
export function unreachable({ flag, url }: NamedServer, asked: string, cause: unknown): DashstreamError {
  if (!isRefused(cause)) {
    return new DashstreamError("server_unreachable", `${asked}: ${describeError(cause)}`, { cause });
  }
  // The cause says the same in other words with each runtime, and would be printed behind it.
  return new DashstreamError(
    "server_unreachable",
    `${flag} is "${url}": nothing listens there (ECONNREFUSED); ${REMEDY}`,
  );
}

/** Runtimes tell it by different codes; Deno by its message alone. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (["ECONNREFUSED", "ConnectionRefused"].includes(systemCode(error) ?? "")) return true;
  return /connection refused/i.test(error.message) || isRefused(error.cause);
}

/**
 * Connects once and lets go.
 * @throws DashstreamError `server_unreachable`
 */
export async function requireListener(
  { network, clock }: { readonly network: Network; readonly clock: Clock },
  flag: string,
  target: HostPort,
): Promise<void> {
  const named = { flag, url: `http://${hostPortText(target)}` };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = network.dial(target, resolve);
  const fail = (cause: Error) => reject(unreachable(named, `${flag} is "${named.url}"`, cause));
  socket.on("error", fail);
  const timer = clock.after(CONNECT_TIMEOUT_MS, () =>
    fail(new Error(`no answer in ${CONNECT_TIMEOUT_MS} ms`)),
  );
  try {
    await promise;
  } finally {
    timer.cancel();
    socket.destroy();
  }
}
