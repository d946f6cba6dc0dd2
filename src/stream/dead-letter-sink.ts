// How a consumer hands over its dead letters: whether it goes on at once, or does not pass a bad record before Kafka
// has its letter.

import type { DeadLetter } from "./dead-letter.ts";
import type { DlqHandler } from "./dlq-handler.ts";

export interface DeadLetterSink {
  /** Hands a letter over. A promise: the partition must not pass the record before it resolves. */
  offer(letter: DeadLetter): Promise<void> | null;
  /** True while records that made letters should be followed by no more that may. */
  readonly full: boolean;
  /** To be awaited between records that make letters; `null` = they may follow at once. */
  room(): Promise<void> | null;
}

/** The stream goes on: what cannot be written is counted and lost. `retry` = the handler's few attempts instead of one. */
export function failOpen(handler: DlqHandler, options: { readonly retry: boolean }): DeadLetterSink {
  return {
    get full() {
      return handler.room.isShort;
    },
    room: () => handler.room.wait(),
    offer(letter) {
      if (options.retry) handler.fireAndForgetWithRetry(letter);
      else handler.fireAndForget(letter);
      return null;
    },
  };
}

/**
 * As `failOpen` without retry, for who commits only what is settled: the promise resolves once it is known what became
 * of the letter. The partition may go on meanwhile.
 */
export function failOpenSettling(handler: DlqHandler): DeadLetterSink {
  return {
    get full() {
      return handler.room.isShort;
    },
    room: () => handler.room.wait(),
    offer: (letter) => handler.fireAndSettle(letter),
  };
}

/** Nothing is lost: letters are tried until Kafka has them. */
export function failClosed(handler: DlqHandler): DeadLetterSink {
  return {
    get full() {
      return handler.saturated;
    },
    // The partition itself waits.
    room: () => null,
    offer: (letter) => handler.sendUntilAcknowledged(letter),
  };
}
