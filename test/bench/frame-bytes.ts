// How many bytes a client must get, for receivers that only count them.

/** Bytes that one client gets for offsets `from` up to `to`: a cursor and a value each, with their frame headers. */
export function frameBytes(from: number, to: number, valueBytes: number): number {
  const header = (length: number) => (length < 126 ? 2 : 4);
  let bytes = 0;
  for (let offset = from; offset < to; offset++) {
    const cursor = `{"type":"cursor","partition":0,"offset":"${offset}"}`.length;
    bytes += header(cursor) + cursor + header(valueBytes) + valueBytes;
  }
  return bytes;
}
