// `--scale`: by how much a drill is faster than a normal day.

import { InvalidArgumentError } from "commander";

const MAX_SCALE = 60;

/** For commander. */
export function parseScale(text: string): number {
  const scale = /^\d{1,4}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (scale >= 1 && scale <= MAX_SCALE) return scale;
  throw new InvalidArgumentError(`expected a number from 1 to ${MAX_SCALE}`);
}
