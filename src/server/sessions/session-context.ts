// What all sessions share: the ring and the tiers they read from, and the limits within which a client is kept.

import type { PeerSocket } from "../../runtime/http.ts";
import type { TokenBucket } from "../../stream/token-bucket.ts";
import type { PageSource } from "../replay/page-source.ts";
import type { Ring } from "../ring.ts";
import type { LossAccountContext } from "./loss-account.ts";
import type { Outlet } from "./outlet.ts";
import type { DescribeRecord } from "./record-details.ts";
import type { ResumeTracing } from "./resume-traces.ts";
import type { ThreadIndex } from "./thread-search.ts";

export interface SessionLimits {
  /** Queued bytes beyond which a client is given no records until it took half of them; less while there are many. */
  readonly highWaterBytes: number;
  /** Lost records within the window that end the connection; 0 never ends it. */
  readonly slowThreshold: number;
  readonly slowWindowSecs: number;
  /** Time without a byte taken after which a client is given up, milliseconds. */
  readonly stallTimeoutMs: number;
  /** The same during a replay. */
  readonly replayTimeoutMs: number;
  /** Records behind the live end at which a client is given up. */
  readonly maxLagRecords: number;
  /** Records of one replay at most; 0 = no limit. */
  readonly replayMaxRecords: number;
  /** Time that a closing client has for its last bytes, milliseconds. */
  readonly closeGraceMs: number;
}

export interface SessionContext extends LossAccountContext {
  readonly ring: Ring;
  /** What the ring no longer has. */
  readonly pages: PageSource;
  readonly limits: SessionLimits;
  readonly describe: DescribeRecord;
  readonly threads: ThreadIndex;
  /** Empties tiers that can be emptied, for everybody; whether that went well. */
  readonly clearTiers: () => Promise<boolean>;
  /** False until this server learned for the first time which partitions it reads: resumes wait for that. */
  readonly partitionsKnown: () => boolean;
  /** Offset of the oldest record of a partition that can be had, as far as is known. */
  readonly oldest: (partition: number) => number;
  /** Offset after the last record of a partition as far as is known here; `null` if it is not read here. */
  readonly logEnd: (partition: number) => number | null;
  /** Asks Kafka where partitions end; `false` if it did not say. Calls at the same time share one question. */
  readonly refreshLogEnds: () => Promise<boolean>;
  readonly onSendFailed: () => void;
  readonly onSendTimeout: () => void;
  /** `null` = resumes are not traced. */
  readonly tracing: ResumeTracing | null;
}

/** What one client brings. */
export interface SessionParts {
  readonly socket: PeerSocket;
  readonly outlet: Outlet;
  /** Of a client that is sent no more than it is known to keep up with; else `null`. */
  readonly pace: TokenBucket | null;
  /** It went back to `position` of the ring, whose records it needs from now on. */
  readonly onWentBack: (position: number) => void;
  /** Pumps it when it may go on by itself, with all that belongs to that. */
  readonly goOn: () => void;
  /** What may wait in its socket now, before it is given no more. */
  readonly highWaterBytes: () => number;
}
