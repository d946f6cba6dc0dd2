// A program for any runtime: reads a stream in a loop, decodes it and prints what it saw as JSON. Arguments: address,
// protocol, records to read.

import { connectStream, type JsonRecord, type StreamRecord } from "../../src/client/index.ts";

const [url = "", protocol, count] = process.argv.slice(2);
const shared = { url, from: "earliest", ackWindow: 16, filter: { tenants: ["acme"] } } as const;
const stream =
  protocol === "v2+json"
    ? connectStream({ ...shared, protocol })
    : connectStream({ ...shared, protocol: protocol === "v1" ? "v1" : "v2", compression: "zstd" });
const threads: string[] = [];
const offsets: number[] = [];

function threadOf(record: StreamRecord | JsonRecord): string {
  const fields: unknown = "value" in record ? Reflect.get(record.message(), "event") : record.message;
  return String(Reflect.get(Object(Reflect.get(Object(fields), "header")), "threadId"));
}

let spoken: string | null = null;
for await (const record of stream) {
  spoken ??= stream.protocol;
  offsets.push(record.offset);
  threads.push(threadOf(record));
  if (offsets.length === Number(count)) break;
}
process.stdout.write(JSON.stringify({ protocol: spoken, offsets, threads: [...new Set(threads)] }));
