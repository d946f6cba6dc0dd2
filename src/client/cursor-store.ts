// Cursors that outlive the program: what a store has to do, how places are written as JSON, and a store in the browser.

import { DashstreamError } from "../errors.ts";
import { type Fingerprints, fingerprintsToJson, parseFingerprints } from "../wire/fingerprint.ts";
import { asCount, isJsonObject, wrongField } from "../wire/json-fields.ts";
import type { StreamPlaces } from "./cursors.ts";
import type { OffsetsByPartition } from "./server-frame.ts";

/** Where a stream stands, as plain JSON. */
export interface StoredCursors {
  /** The last offset used, as decimal text, by partition. */
  readonly offsets: Readonly<Record<string, string>>;
  /** By what a server can tell that the log is still the same. */
  readonly fingerprints: Readonly<Record<string, { readonly offset: string; readonly crc32c: string }>>;
}

/**
 * Keeps cursors under the `resume_namespace` of a server, which is another one for another cluster, topic or group.
 * What it throws, or rejects with, goes to `onStoreError` of the stream.
 */
export interface CursorStore {
  /** What was saved last; `null` if nothing was. */
  load(namespace: string): StoredCursors | null | Promise<StoredCursors | null>;
  save(namespace: string, cursors: StoredCursors): void | Promise<void>;
}

export function toStored({ cursors, fingerprints }: StreamPlaces): StoredCursors {
  return { offsets: offsetsToJson(cursors), fingerprints: fingerprintsToJson(fingerprints) };
}

/** @throws DashstreamError `storage_failed` if it is not what was saved */
export function fromStored(stored: unknown): StreamPlaces {
  if (!isJsonObject(stored) || !isJsonObject(stored.offsets)) {
    throw unreadable(wrongField("stored cursors", stored, "an object with offsets and fingerprints"));
  }
  const cursors = new Map<number, number>();
  for (const [key, value] of Object.entries(stored.offsets)) {
    const partition = asCount(key);
    const offset = value === "-1" ? -1 : asCount(value);
    if (partition === null || offset === null) {
      throw unreadable(wrongField(`stored cursors.offsets.${key}`, value, "partition and offset"));
    }
    cursors.set(partition, offset);
  }
  return { cursors, fingerprints: storedFingerprints(stored.fingerprints) };
}

function storedFingerprints(value: unknown): Fingerprints {
  const parsed = parseFingerprints(value);
  if (parsed.ok) return parsed.fingerprints;
  throw unreadable(`stored cursors.${parsed.error}`);
}

function unreadable(message: string): DashstreamError {
  return new DashstreamError("storage_failed", message);
}

/** Offsets as resumes and stores have them. */
export function offsetsToJson(offsets: OffsetsByPartition): Readonly<Record<string, string>> {
  return Object.fromEntries([...offsets].map(([partition, offset]) => [partition, String(offset)]));
}

/**
 * A store in `localStorage` (unless another is given) under `dashstream.cursors.` and the namespace. Tabs of one page
 * share it: give each its own `prefix` if they are to stand at different places.
 */
export function webStorageCursors(
  storage: Pick<Storage, "getItem" | "setItem"> = localStorage,
  prefix = "dashstream.cursors.",
): CursorStore {
  return {
    load(namespace) {
      const text = storage.getItem(prefix + namespace);
      return text === null ? null : (JSON.parse(text) as StoredCursors);
    },
    save(namespace, cursors) {
      storage.setItem(prefix + namespace, JSON.stringify(cursors));
    },
  };
}
