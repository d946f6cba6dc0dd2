// A good message as a consumer hands it to its program. It is decoded when the program looks at it: most programs want
// few of the messages of a stream, and decoding is by far the most expensive part of reading one.

import { DashstreamError } from "../errors.ts";
import type { MessageKind } from "../wire/message-kind.ts";
import { decodeMessage } from "../wire/messages.ts";
import type { DashStreamMessage } from "../wire/model.ts";
import type { RecordHeaders } from "./redrive-headers.ts";
import type { SequenceVerdict } from "./sequence.ts";

/** What is known of a message without decoding it. */
export interface MessageEnvelope {
  readonly partition: number;
  readonly offset: number;
  /** Kafka's time of the record in milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly headers: RecordHeaders | undefined;
  /** How it stands in its thread; `null` if its number was not checked. */
  readonly sequence: SequenceVerdict | null;
  /** Which variant it is; `null` for a message without content. */
  readonly kind: MessageKind | null;
  /** The encoded message, without framing and compression. */
  readonly protobuf: Buffer;
}

/** A good message and where it came from. */
export interface ReceivedMessage extends MessageEnvelope {
  /** Decoded when first asked for. */
  readonly message: DashStreamMessage;
}

/** The message of an envelope whose bytes were judged good. */
export function receivedMessage(envelope: MessageEnvelope): ReceivedMessage {
  let decoded: DashStreamMessage | null = null;
  return {
    ...envelope,
    get message() {
      decoded ??= decode(envelope.protobuf);
      return decoded;
    },
  };
}

function decode(protobuf: Buffer): DashStreamMessage {
  const decoded = decodeMessage(protobuf);
  if (decoded.ok) return decoded.message;
  throw new DashstreamError("invariant", `a good value does not decode: ${decoded.error}`);
}
