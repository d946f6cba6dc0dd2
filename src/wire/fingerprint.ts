// What a client remembers of the last record of a partition, so that a server can tell whether the log is still the one
// that the client read: a topic that was made anew has other values at the same offsets. Runs in browsers.

import { crc32c } from "./crc32c.ts";
import { asCount, isJsonObject, wrongField } from "./json-fields.ts";

export interface Fingerprint {
  readonly offset: number;
  /** CRC-32C of the value as it was received, framing byte included: 8 lower-case hex digits. */
  readonly crc32c: string;
}

/** By partition. */
export type Fingerprints = ReadonlyMap<number, Fingerprint>;

/** The checksum of a value as fingerprints have it. */
export function valueChecksum(value: Uint8Array): string {
  return crc32c(value).toString(16).padStart(8, "0");
}

/** As a `resume` carries them: `{"0":{"offset":"41","crc32c":"9ae0daaf"}}`. */
export function fingerprintsToJson(
  fingerprints: Fingerprints,
): Readonly<Record<string, { readonly offset: string; readonly crc32c: string }>> {
  return Object.fromEntries(
    [...fingerprints].map(([partition, { offset, crc32c }]) => [
      partition,
      { offset: String(offset), crc32c },
    ]),
  );
}

export type ParsedFingerprints =
  | { readonly ok: true; readonly fingerprints: Fingerprints }
  /** `error` names field, value and what was expected. */
  | { readonly ok: false; readonly error: string };

const MAX_PARTITION = 2 ** 31 - 1;

/** Checks what a `resume` has under `fingerprints`. */
export function parseFingerprints(value: unknown): ParsedFingerprints {
  if (!isJsonObject(value)) {
    return { ok: false, error: wrongField("fingerprints", value, "an object by partition") };
  }
  const fingerprints = new Map<number, Fingerprint>();
  for (const [key, entry] of Object.entries(value)) {
    const partition = asCount(key, MAX_PARTITION);
    if (partition === null) {
      const expected = `a partition from 0 to ${MAX_PARTITION}`;
      return { ok: false, error: wrongField("a key of fingerprints", key, expected) };
    }
    const fingerprint = asFingerprint(entry);
    if (fingerprint === null) {
      const expected = '{"offset":"0 to 2^53-1","crc32c":"8 lower-case hex digits"}';
      return { ok: false, error: wrongField(`fingerprints.${key}`, entry, expected) };
    }
    fingerprints.set(partition, fingerprint);
  }
  return { ok: true, fingerprints };
}

function asFingerprint(value: unknown): Fingerprint | null {
  if (!isJsonObject(value)) return null;
  const offset = asCount(value.offset);
  const { crc32c } = value;
  if (offset === null || typeof crc32c !== "string" || !/^[0-9a-f]{8}$/.test(crc32c)) return null;
  return { offset, crc32c };
}

/** The fingerprint of a value that was received. */
export function fingerprintOf(offset: number, value: Uint8Array): Fingerprint {
  return { offset, crc32c: valueChecksum(value) };
}
