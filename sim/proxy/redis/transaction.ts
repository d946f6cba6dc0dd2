// What a refused command means for the transaction that it stands in: as in Redis itself, the transaction is discarded and
// its EXEC is answered with an error.

import { encodeReply, failure } from "../../redis/reply.ts";
import type { Request } from "../../redis/request-reader.ts";

const ABORTED = encodeReply(failure("EXECABORT Transaction discarded because of previous errors."), 2);
const DISCARD: Request = [Buffer.from("DISCARD")];

/** What goes on to Redis, and what the client gets in place of the answer. */
export interface Passage {
  readonly request: Request;
  readonly instead: Buffer | null;
}

export class Transaction {
  #state: "none" | "open" | "spoiled" = "none";

  /** A rule has refused a command. */
  refused(): void {
    if (this.#state === "open") this.#state = "spoiled";
  }

  /** A command goes on. */
  passes(command: string, request: Request): Passage {
    const isSpoiled = this.#state === "spoiled";
    if (command === "MULTI" && this.#state === "none") this.#state = "open";
    else if (command === "EXEC" || command === "DISCARD" || command === "RESET") this.#state = "none";
    if (command === "EXEC" && isSpoiled) return { request: DISCARD, instead: ABORTED };
    return { request, instead: null };
  }
}
