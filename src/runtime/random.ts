// Randomness as an argument, so that every run can be repeated from its seed.

import { randomBytes, randomInt } from "node:crypto";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, maxExclusive); `maxExclusive` up to 2^32. */
  int(maxExclusive: number): number;
  bytes(count: number): Uint8Array;
}

const TWO_POW_32 = 0x1_0000_0000;

/** Cryptographically strong randomness of the machine. */
export const systemRandom: Random = {
  next: () => randomInt(0, TWO_POW_32) / TWO_POW_32,
  int: (maxExclusive) => randomInt(0, maxExclusive),
  bytes: (count) => randomBytes(count),
};

/** A repeatable generator (xoroshiro128+): the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const next = () => (generator.next() >>> 0) / TWO_POW_32;
  return {
    next,
    int: (maxExclusive) => Math.floor(next() * maxExclusive),
    bytes(count) {
      const out = new Uint8Array(count);
      for (let i = 0; i < count; i++) out[i] = generator.next() & 0xff;
      return out;
    },
  };
}

/** A version 4 UUID in canonical text form (RFC 9562 section 5.4). */
export function uuidV4(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
