// Cuts what is to be written into requests that Kafka takes.

/** `items` in their order, cut so that no part has more than `maxBytes`; a larger item is a part by itself. */
export function inRequests<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  maxBytes: number,
): readonly (readonly T[])[] {
  const requests: T[][] = [];
  let requestBytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (requestBytes + bytes > maxBytes) {
      requests.push([]);
      requestBytes = 0;
    }
    requestBytes += bytes;
    requests.at(-1)?.push(item);
  }
  return requests;
}
