// Puts the bad records of several letters together, with one look at their sources for all.

import type { DeadLetterView } from "./letter.ts";
import { type Restored, restore, sourceToRead } from "./original-record.ts";
import type { RecordReader } from "./read-letters.ts";
import { placeKey, readSourceRecords } from "./source-records.ts";

/** In the order of `items`, each with what became of its letter. @throws DashstreamError as the reader does */
export async function restoreAll<T extends { readonly letter: DeadLetterView }>(
  reader: RecordReader,
  items: readonly T[],
  signal: AbortSignal,
): Promise<readonly { readonly item: T; readonly restored: Restored }[]> {
  const wanted = items.map((item) => ({ item, place: sourceToRead(item.letter) }));
  const places = wanted.flatMap(({ place }) => place ?? []);
  const sources = await readSourceRecords(reader, places, signal);
  return wanted.map(({ item, place }) => {
    const source = place === null ? undefined : sources.get(placeKey(place));
    return { item, restored: restore(item.letter, source ?? null) };
  });
}
