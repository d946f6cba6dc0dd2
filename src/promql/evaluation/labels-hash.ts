// The hash of labels by which `limit_ratio` chooses the same series as Prometheus: xxHash64 of its encoding of labels
// (model/labels/labels_stringlabels.go; https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).

import type { Labels } from "../labels.ts";
import { perLabels } from "./sample.ts";

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const U64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, count: bigint): bigint =>
  U64((value << count) | (U64(value) >> (64n - count)));
const round = (state: bigint, lane: bigint): bigint => U64(rotate(U64(state + lane * P2), 31n) * P1);
const merge = (state: bigint, lane: bigint): bigint => U64((state ^ round(0n, lane)) * P1 + P4);

/** The hash as a fraction of its range, 0 to 1. */
export const labelsHashFraction = perLabels((labels) => Number(xxHash64(encoded(labels))) / 2 ** 64);

/** Each name and each value with its length before it. */
function encoded(labels: Labels): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const text of labels.entries.flat()) {
    const data = encoder.encode(text);
    // Lengths from 255 on take a byte 255 and three bytes.
    if (data.length < 255) bytes.push(data.length);
    else bytes.push(255, data.length & 255, (data.length >> 8) & 255, (data.length >> 16) & 255);
    bytes.push(...data);
  }
  return Uint8Array.from(bytes);
}

export function xxHash64(data: Uint8Array<ArrayBuffer>): bigint {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  let hash = P5;
  if (data.length >= 32) {
    const lanes: [bigint, bigint, bigint, bigint] = [U64(P1 + P2), P2, 0n, U64(-P1)];
    for (; at + 32 <= data.length; at += 32) {
      for (const index of [0, 1, 2, 3] as const) {
        lanes[index] = round(lanes[index], view.getBigUint64(at + index * 8, true));
      }
    }
    const [a, b, c, d] = lanes;
    hash = U64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
    for (const lane of lanes) hash = merge(hash, lane);
  }
  hash = U64(hash + BigInt(data.length));
  for (; at + 8 <= data.length; at += 8) {
    hash = U64(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  if (at + 4 <= data.length) {
    hash = U64(rotate(hash ^ U64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < data.length; at++) {
    hash = U64(rotate(hash ^ U64(BigInt(view.getUint8(at)) * P5), 11n) * P1);
  }
  return avalanche(hash);
}

function avalanche(hash: bigint): bigint {
  const second = U64((hash ^ (hash >> 33n)) * P2);
  const third = U64((second ^ (second >> 29n)) * P3);
  return third ^ (third >> 32n);
}
