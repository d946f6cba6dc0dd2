// Randomness where there may be only a browser: the Web Crypto API, which every runtime has.

import type { Random } from "./random.ts";

const TWO_POW_32 = 0x1_0000_0000;

/** Uniform in [0, 1) with 32 random bits. */
export const webRandom: Pick<Random, "next"> = {
  next: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / TWO_POW_32,
};
