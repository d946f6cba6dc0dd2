// What commands answer, and how that goes onto the wire in the second and the third version of Redis' protocol (RESP).
// Specification: https://redis.io/docs/latest/develop/reference/protocol-spec/

/** A short text such as `OK`. */
export interface StatusReply {
  readonly kind: "status";
  readonly text: string;
}

export interface ErrorReply {
  readonly kind: "error";
  /** Begins with a code in capital letters. */
  readonly text: string;
}

/** Names and values; in the second version a list of both in turn. */
export interface MapReply {
  readonly kind: "map";
  readonly entries: readonly (readonly [string | Buffer, Reply])[];
}

/** A number that may have a fraction; in the second version a text. */
export interface ScoreReply {
  readonly kind: "score";
  readonly score: number;
}

/** Members of a sorted set with their scores: pairs; in the second version a list of both in turn. */
export interface ScoresReply {
  readonly kind: "scores";
  readonly entries: readonly (readonly [Buffer, number])[];
}

type TypedReply = StatusReply | ErrorReply | MapReply | ScoreReply | ScoresReply;

/** `null` is "nothing there", a number is an integer, text and bytes are bulk strings. */
export type Reply = null | number | string | Buffer | readonly Reply[] | TypedReply;

export type RespVersion = 2 | 3;

export const OK: StatusReply = { kind: "status", text: "OK" };

/** An error to answer with. */
export function failure(text: string): ErrorReply {
  return { kind: "error", text };
}

const CRLF = "\r\n";

/** Appends the bytes of a reply to `parts`. */
function write(reply: Reply, version: RespVersion, parts: (string | Buffer)[]): void {
  if (reply === null) {
    parts.push(version === 3 ? "_\r\n" : "$-1\r\n");
  } else if (typeof reply === "number") {
    parts.push(`:${reply}${CRLF}`);
  } else if (typeof reply === "string" || Buffer.isBuffer(reply)) {
    parts.push(`$${Buffer.byteLength(reply)}${CRLF}`, reply, CRLF);
  } else if ("kind" in reply) {
    writeTyped(reply, version, parts);
  } else {
    parts.push(`*${reply.length}${CRLF}`);
    for (const item of reply) write(item, version, parts);
  }
}

/** As Redis writes a score; whole numbers have no fraction. */
function scoreText(score: number): string {
  return Number.isFinite(score) ? String(score) : score > 0 ? "inf" : "-inf";
}

function writeTyped(reply: TypedReply, version: RespVersion, parts: (string | Buffer)[]): void {
  switch (reply.kind) {
    case "status":
      parts.push(`+${reply.text}${CRLF}`);
      return;
    case "error":
      parts.push(`-${reply.text.replace(/[\r\n]+/g, " ")}${CRLF}`);
      return;
    case "map": {
      const { entries } = reply;
      parts.push(version === 3 ? `%${entries.length}${CRLF}` : `*${entries.length * 2}${CRLF}`);
      for (const [name, value] of entries) {
        write(name, version, parts);
        write(value, version, parts);
      }
      return;
    }
    case "score": {
      if (version === 3) parts.push(`,${scoreText(reply.score)}${CRLF}`);
      else write(scoreText(reply.score), version, parts);
      return;
    }
    case "scores": {
      const { entries } = reply;
      parts.push(`*${entries.length * (version === 3 ? 1 : 2)}${CRLF}`);
      for (const [member, score] of entries) {
        if (version === 3) parts.push(`*2${CRLF}`);
        write(member, version, parts);
        writeTyped({ kind: "score", score }, version, parts);
      }
      return;
    }
  }
}

/** The bytes of a reply in one version of the protocol. */
export function encodeReply(reply: Reply, version: RespVersion): Buffer {
  const parts: (string | Buffer)[] = [];
  write(reply, version, parts);
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
