// The protocols that `/ws` speaks, and which one a handshake asks for.

export type StreamProtocol = "original" | "dashstream.v2" | "dashstream.v2+json";

export const SUBPROTOCOLS = ["dashstream.v2", "dashstream.v2+json"] as const;

/**
 * The first subprotocol of `Sec-WebSocket-Protocol` that is spoken here; the original for a client that names none, and
 * `null` for one that names others only.
 */
export function chooseProtocol(header: string | null): StreamProtocol | null {
  const named = (header ?? "").split(",").map((name) => name.trim());
  const wanted = named.filter((name) => name !== "");
  if (wanted.length === 0) return "original";
  for (const name of wanted) {
    const known = SUBPROTOCOLS.find((protocol) => protocol === name);
    if (known) return known;
  }
  return null;
}
