// At most so many concurrent connections per client address. A slot is given back exactly once, however the
// connection ends: closed, refused after it was counted, failed half-way, or an upgrade that never completes.

import type { Clock, Timer } from "../runtime/clock.ts";
import type { PeerHandler, PeerSocket, RequestContext } from "../runtime/http.ts";

/** One counted connection. */
export interface ConnectionSlot {
  /** Gives the slot back. Further calls do nothing. */
  release(): void;
}

/** Counts connections per address. Addresses without a connection take no memory. */
export class ConnectionLimit {
  readonly maxPerIp: number;
  readonly #countByIp = new Map<string, number>();

  constructor(maxPerIp: number) {
    this.maxPerIp = maxPerIp;
  }

  /** A slot for one more connection of `ip`, or `null` if it has `maxPerIp` already. */
  acquire(ip: string): ConnectionSlot | null {
    const count = this.#countByIp.get(ip) ?? 0;
    if (count >= this.maxPerIp) return null;
    this.#countByIp.set(ip, count + 1);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        this.#giveBack(ip);
      },
    };
  }

  /** Connections of `ip` that are counted now. */
  countOf(ip: string): number {
    return this.#countByIp.get(ip) ?? 0;
  }

  #giveBack(ip: string): void {
    const count = (this.#countByIp.get(ip) ?? 1) - 1;
    if (count === 0) this.#countByIp.delete(ip);
    else this.#countByIp.set(ip, count);
  }
}

/** An accepted upgrade whose socket has not opened after this time never will: the peer has gone. */
const UPGRADE_DEADLINE_MS = 30_000;

/**
 * The same request context, but the socket it opens holds `slot` until it is closed. A handshake that is not
 * valid, an `open` that throws, and a socket that does not open within 30 s give the slot back as well.
 */
export function holdSlotWhileOpen(
  context: RequestContext,
  slot: ConnectionSlot,
  clock: Clock,
): RequestContext & { readonly upgradeAccepted: boolean } {
  let upgradeAccepted = false;
  let opened = false;
  let deadline: Timer | undefined;
  return {
    peerAddress: context.peerAddress,
    wantsUpgrade: context.wantsUpgrade,
    get upgradeAccepted() {
      return upgradeAccepted;
    },
    upgrade(open, options) {
      const response = context.upgrade((socket) => {
        opened = true;
        deadline?.cancel();
        return openHolding(slot, open, socket);
      }, options);
      upgradeAccepted = response !== null;
      if (!upgradeAccepted) slot.release();
      else if (!opened) deadline = clock.after(UPGRADE_DEADLINE_MS, () => slot.release());
      return response;
    },
  };
}

function openHolding(
  slot: ConnectionSlot,
  open: (socket: PeerSocket) => PeerHandler,
  socket: PeerSocket,
): PeerHandler {
  let handler: PeerHandler;
  try {
    handler = open(socket);
  } catch (error) {
    slot.release();
    throw error;
  }
  return {
    onText: (text) => handler.onText(text),
    onBinary: (data) => handler.onBinary(data),
    onDrain: () => handler.onDrain(),
    onClose(code, reason) {
      slot.release();
      handler.onClose(code, reason);
    },
  };
}
