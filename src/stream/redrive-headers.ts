// How a redriven record says what it is: the same id for every copy of one record, and how often it was sent again,
// so that a reader can recognise a second copy and nobody sends a bad record round for ever.

/** Kafka headers of a record; a repeated name has a list. Kafka allows headers without a value. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;

type HeaderValue = Buffer | string | null;

/** The id that all copies of a record share: that of its first place. */
export const RECORD_ID_HEADER = "dashstream-record-id";
/** How often the record was redriven, in decimal. Its presence exempts the record from sequence validation. */
export const HOPS_HEADER = "dashstream-redrive-hops";

/** The text of a header; of several of one name the first. `null` if there is none. */
export function headerText(headers: RecordHeaders | undefined, name: string): string | null {
  const value = headers?.[name];
  const first: HeaderValue | undefined = Array.isArray(value) ? value[0] : (value as HeaderValue);
  return first?.toString() ?? null;
}

/** An id is a topic with a place in it; what is longer is none. */
const MAX_RECORD_ID_LENGTH = 512;

/** The id of a record: the one it carries, else its place in the log. */
export function recordIdOf(
  headers: RecordHeaders | undefined,
  topic: string,
  partition: number,
  offset: number,
): string {
  const carried = headerText(headers, RECORD_ID_HEADER);
  if (carried !== null && carried.length <= MAX_RECORD_ID_LENGTH) return carried;
  return `${topic}-${partition}-${offset}`;
}

/** How often a record was redriven; 0 = never, also if the header is not a number. */
export function hopsOf(headers: RecordHeaders | undefined): number {
  const text = headerText(headers, HOPS_HEADER);
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : 0;
}
