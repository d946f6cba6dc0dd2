// Servers of a stack as the user has named them, each by a flag, and what is said when one is not there.

import { DashstreamError, describeError } from "../../src/errors.ts";
import type { HostPort } from "../../src/runtime/address.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import { isRefused } from "../../src/runtime/refused.ts";

export interface NamedServer {
  /** With its dashes. */
  readonly flag: string;
  /** As it was given. */
  readonly url: string;
  /** What it must be; said of what has no such page, or answers with something else than JSON. */
  readonly program?: string;
  /** What to do when it refuses whoever has not said who it is, in a sentence; default: nothing is said. */
  readonly credentials?: string;
}

export interface ListenerOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;
const REMEDY = "start the stack (make stack-up, or docker compose up in compose/) or name yours";

/** An error about a server that did not answer, in words that name its flag if nothing listens there. */
export function unreachable({ flag, url }: NamedServer, asked: string, cause: unknown): DashstreamError {
  if (!isRefused(cause)) {
    return new DashstreamError("server_unreachable", `${asked}: ${describeError(cause)}`, { cause });
  }
  return new DashstreamError(
    "server_unreachable",
    `${flag} is "${url}": nothing listens there (ECONNREFUSED); ${REMEDY}`,
    { cause },
  );
}

/** `requireListener` for a server that has several addresses, of which one will do. */
export async function requireOneListener(
  named: NamedServer,
  [target, ...others]: readonly HostPort[],
  options: ListenerOptions,
): Promise<void> {
  if (target === undefined) return;
  try {
    await requireListener(named, target, options);
  } catch (error) {
    if (others.length === 0 || options.signal.aborted) throw error;
    await requireOneListener(named, others, options);
  }
}

/**
 * Connects once and lets go.
 * @param target where it is, by its `url`
 * @throws DashstreamError `server_unreachable`, or `aborted` by the signal
 */
export async function requireListener(
  named: NamedServer,
  target: HostPort,
  { network, clock, signal }: ListenerOptions,
): Promise<void> {
  const asked = `${named.flag} is "${named.url}"`;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const interrupt = () => reject(new DashstreamError("aborted", `interrupted before ${asked} has answered`));
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  const socket = network.dial(target, resolve);
  const fail = (cause: Error) => reject(unreachable(named, asked, cause));
  socket.on("error", fail);
  const timer = clock.after(CONNECT_TIMEOUT_MS, () =>
    fail(new Error(`no answer in ${CONNECT_TIMEOUT_MS} ms`)),
  );
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", interrupt);
    timer.cancel();
    socket.destroy();
  }
}
