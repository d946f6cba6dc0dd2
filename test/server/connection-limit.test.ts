import { describe, expect, test } from "bun:test";
import type { PeerHandler, PeerSocket, RequestContext } from "../../src/runtime/http.ts";
import { ConnectionLimit, holdSlotWhileOpen } from "../../src/server/connection-limit.ts";
import { manualClock } from "../support/manual-clock.ts";

const IP = "198.51.100.7";
const silentHandler: PeerHandler = { onText() {}, onBinary() {}, onDrain() {}, onClose() {} };
const socket: PeerSocket = {
  send: () => "sent",
  cork: (write) => write(),
  bufferedBytes: () => 0,
  close() {},
  terminate() {},
};

/** A request whose upgrade is carried out by `upgrade`. */
function request(upgrade: RequestContext["upgrade"]): RequestContext {
  return { peerAddress: IP, wantsUpgrade: true, upgrade };
}

function limitWithOneSlotTaken() {
  const limit = new ConnectionLimit(2);
  const slot = limit.acquire(IP);
  if (slot === null) throw new Error("the first connection must get a slot");
  return { limit, slot, clock: manualClock() };
}

describe("connections per address", () => {
  test("are refused beyond the limit, for that address only", () => {
    const limit = new ConnectionLimit(2);
    expect(limit.acquire(IP)).not.toBeNull();
    expect(limit.acquire(IP)).not.toBeNull();
    expect(limit.acquire(IP)).toBeNull();
    expect(limit.acquire("203.0.113.9")).not.toBeNull();
  });

  test("free one slot each, even if released twice", () => {
    const limit = new ConnectionLimit(2);
    const first = limit.acquire(IP);
    limit.acquire(IP);
    first?.release();
    first?.release();
    expect(limit.countOf(IP)).toBe(1);
  });
});

describe("a slot held while the socket is open", () => {
  test("is freed when the socket closes, and the session hears of it", () => {
    const { limit, slot, clock } = limitWithOneSlotTaken();
    let handler: PeerHandler | undefined;
    const closes: unknown[] = [];
    const context = request((open) => {
      handler = open(socket);
      return new Response(null);
    });
    const holding = holdSlotWhileOpen(context, slot, clock);
    holding.upgrade(() => ({ ...silentHandler, onClose: (code, reason) => closes.push([code, reason]) }));
    expect(holding.upgradeAccepted).toBe(true);
    expect(limit.countOf(IP)).toBe(1);
    handler?.onClose(1000, "bye");
    expect(limit.countOf(IP)).toBe(0);
    expect(closes).toEqual([[1000, "bye"]]);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("is freed when the handshake is not valid", () => {
    const { limit, slot, clock } = limitWithOneSlotTaken();
    holdSlotWhileOpen(
      request(() => null),
      slot,
      clock,
    ).upgrade(() => silentHandler);
    expect(limit.countOf(IP)).toBe(0);
  });

  test("is freed when the session cannot be opened", () => {
    const { limit, slot, clock } = limitWithOneSlotTaken();
    const context = request((open) => {
      open(socket);
      return new Response(null);
    });
    const holding = holdSlotWhileOpen(context, slot, clock);
    expect(() =>
      holding.upgrade(() => {
        throw new Error("no session");
      }),
    ).toThrow("no session");
    expect(limit.countOf(IP)).toBe(0);
  });

  test("is freed when the accepted upgrade never completes", () => {
    const { limit, slot, clock } = limitWithOneSlotTaken();
    holdSlotWhileOpen(
      request(() => new Response(null)),
      slot,
      clock,
    ).upgrade(() => silentHandler);
    clock.advance(29_999);
    expect(limit.countOf(IP)).toBe(1);
    clock.advance(1);
    expect(limit.countOf(IP)).toBe(0);
  });

  test("stays held when the socket opens later than the response", () => {
    const { limit, slot, clock } = limitWithOneSlotTaken();
    let openLater: () => PeerHandler = () => silentHandler;
    const context = request((open) => {
      openLater = () => open(socket);
      return new Response(null);
    });
    holdSlotWhileOpen(context, slot, clock).upgrade(() => silentHandler);
    const handler = openLater();
    clock.advance(60_000);
    expect(limit.countOf(IP)).toBe(1);
    handler.onClose(1006, "");
    expect(limit.countOf(IP)).toBe(0);
  });
});
