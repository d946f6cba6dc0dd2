// The protocols of `/ws`, and what is said first on each.

import { fingerprintsToJson } from "../wire/fingerprint.ts";
import { canonicalFilter, type StreamFilter } from "../wire/stream-filter.ts";
import { offsetsToJson } from "./cursor-store.ts";
import type { Cursors } from "./cursors.ts";

/**
 * - `v1`: the original pairing, a text with the cursor before each value
 * - `v2`: many records in one binary frame
 * - `v2+json`: many records in one text frame, decoded by the server
 */
export type Protocol = "v1" | "v2" | "v2+json";

/** Name of the subprotocol in the handshake; the original has none. */
export const SUBPROTOCOLS: Readonly<Record<Protocol, string | null>> = {
  v1: null,
  v2: "dashstream.v2",
  "v2+json": "dashstream.v2+json",
};

export type Compression = "none" | "zstd";

export interface ResumeOptions {
  readonly filter: StreamFilter;
  readonly compression: Compression;
  /** Records that the server may send beyond the last acknowledged one. */
  readonly ackWindow: number;
}

/** The `resume` frame that continues without loss. Only the second protocol is told of the options. */
export function resumeFrame(protocol: Protocol, received: Cursors, options: ResumeOptions): string {
  const known = [...received.cursors].filter(([, offset]) => protocol !== "v1" || offset >= 0);
  const { fingerprints } = received;
  return JSON.stringify({
    type: "resume",
    mode: "partition",
    from: received.from,
    lastOffsetsByPartition: offsetsToJson(new Map(known)),
    ...(fingerprints.size > 0 && { fingerprints: fingerprintsToJson(fingerprints) }),
    ...(protocol !== "v1" && secondProtocolKeys(options)),
  });
}

function secondProtocolKeys({ filter, compression, ackWindow }: ResumeOptions): object {
  return {
    ...(canonicalFilter(filter) !== "" && { filter }),
    ...(compression !== "none" && { compression }),
    ackWindow,
  };
}
