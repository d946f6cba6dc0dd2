// What one client receives, checked: every record of partition 0 after its cursor once, in order, with the value that
// was written at its offset.

import { decodeRecordFrame } from "../../src/wire/record-frame.ts";
import { benchRecord, VALUE_BYTES } from "./records.ts";
import { BINARY, frameReader, TEXT } from "./websocket-frames.ts";

export type ReplayProtocol = "original" | "dashstream.v2";

const CURSOR_START = Buffer.from('{"type":"cursor","partition":0,"offset":"');
const COMPLETE = '"type":"replay_complete"';
/** Where the byte of a value lies that tells neighbouring records apart. */
const MARK_AT = benchRecord(0xab).value.indexOf(Buffer.alloc(16, 0xab));
const QUOTE = 0x22;

/**
 * A function that is given the bytes of a connection. Calls `done` once `until` is the next offset.
 * It throws at the first thing that is not as promised.
 */
export function verifiedStream(
  protocol: ReplayProtocol,
  after: number,
  until: number,
  done: () => void,
): (chunk: Buffer) => void {
  let next = after + 1;
  let cursor = -1;
  const take = (offset: number, value: Uint8Array) => {
    if (offset !== next) throw new Error(`offset ${offset} came, expected ${next}`);
    if (value.length !== VALUE_BYTES || value[MARK_AT] !== (offset & 0xff)) {
      throw new Error(`the value of offset ${offset} is another's`);
    }
    next++;
    if (next === until) done();
  };
  return frameReader((opcode, payload) => {
    if (opcode === BINARY) {
      if (protocol === "original") {
        take(cursor, payload);
        cursor = -1;
      } else
        for (const { records } of decodeRecordFrame(payload))
          for (const r of records) take(r.offset, r.value);
    } else if (opcode === TEXT) {
      if (cursor >= 0) throw new Error(`a text between the cursor and the value of offset ${cursor}`);
      cursor = offsetOf(payload);
      if (cursor < 0 && !payload.includes(COMPLETE)) throw new Error(`a text came: ${payload}`);
    } else if (opcode === 8) throw new Error(`the server closed: ${payload.subarray(2)}`);
  });
}

/** The offset in a cursor frame of partition 0; -1 for any other text. */
function offsetOf(text: Buffer): number {
  if (text.compare(CURSOR_START, 0, CURSOR_START.length, 0, CURSOR_START.length) !== 0) return -1;
  let offset = 0;
  for (let at = CURSOR_START.length; text[at] !== QUOTE; at++) offset = offset * 10 + (text[at] ?? 0) - 0x30;
  return offset;
}
