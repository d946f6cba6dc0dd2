// From a record of a dead-letter topic to what it says, whoever wrote it. Never throws: a record that nobody's form
// fits is of the family `unknown`.

import { CONNECT } from "./families/connect.ts";
import { readDashstream } from "./families/dashstream.ts";
import { type HeaderFamily, rawContent, sourcePlace } from "./families/header-family.ts";
import { SHARE_GROUP } from "./families/share-group.ts";
import { SPRING } from "./families/spring.ts";
import { STREAMS } from "./families/streams.ts";
import type { DeadLetterView, Family, LetterContent } from "./letter.ts";
import type { HeaderList, StoredRecord } from "./stored-record.ts";

const HEADER_FAMILIES: readonly HeaderFamily[] = [CONNECT, STREAMS, SPRING, SHARE_GROUP];

/** `fallbackTopic` is the source of letters that do not name it, as earlier servers wrote them; `null` = there is none. */
export function readLetter(record: StoredRecord, fallbackTopic: string | null): DeadLetterView {
  const { family, content } = contentOf(record, fallbackTopic);
  return { ...content, family, record };
}

/** True for a header that a writer of dead letters adds; the record did not have it before it failed. */
export function isAddedByWriter(name: string): boolean {
  return HEADER_FAMILIES.some((family) => family.adds(name));
}

function contentOf(
  record: StoredRecord,
  fallbackTopic: string | null,
): { readonly family: Family; readonly content: LetterContent } {
  const last = lastWriter(record.headers);
  if (last === null || last === SHARE_GROUP) {
    const ours = readDashstream(record, fallbackTopic);
    if (ours !== null) return { family: "dashstream", content: ours };
  }
  if (last !== null) return { family: last.family, content: cleaned(last.read(record)) };
  return { family: "unknown", content: unknownContent(record) };
}

/** A record that failed in one place and then in the next has the headers of both, the later ones behind. */
function lastWriter(headers: HeaderList): HeaderFamily | null {
  const position = ({ marker }: HeaderFamily) => headers.findLastIndex(([name]) => name === marker);
  const found = HEADER_FAMILIES.filter((family) => position(family) >= 0);
  return found.reduce<HeaderFamily | null>(
    (last, family) => (last === null || position(family) > position(last) ? family : last),
    null,
  );
}

/** Without the headers of writers before the last. */
function cleaned(content: LetterContent): LetterContent {
  if (content.headers === "unknown") return content;
  return { ...content, headers: content.headers.filter(([name]) => !isAddedByWriter(name)) };
}

function unknownContent(record: StoredRecord): LetterContent {
  return rawContent(record, () => false, {
    errorType: null,
    errorText: null,
    source: sourcePlace(null, null, null),
    carriesHeaders: true,
    details: {},
  });
}
