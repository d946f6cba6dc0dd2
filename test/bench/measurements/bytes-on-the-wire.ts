// How many bytes a record takes on a WebSocket, in each protocol: even records, and the traffic of the demo.

import { startChild } from "../child.ts";
import type { Results } from "../results.ts";

const KINDS = 2;
const PROTOCOLS = 4;
const RECORDS = 20_000;

export async function bytesOnTheWire(results: Results): Promise<void> {
  const child = startChild("wire-bytes.ts", RECORDS);
  for (let i = 0; i < KINDS; i++) {
    const texts: string[] = [];
    let of = "";
    for (let j = 0; j < PROTOCOLS; j++) {
      const { kind, name, valueBytes, single, hundred } = await child.next();
      of = `${kind} values of ${bytes(valueBytes)}`;
      texts.push(`${name} ${bytes(single)} (${bytes(hundred)})`);
    }
    results.note(`bytes a record on the wire, one by one (a hundred at a time), ${of}: ${texts.join(", ")}`);
  }
}

function bytes(count: unknown): string {
  return Number(count).toFixed(0);
}
