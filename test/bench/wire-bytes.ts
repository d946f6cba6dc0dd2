// How many bytes a record takes on a WebSocket, counted at the frames that the hub sends, headers included, of TCP
// nothing. Reports one line for each kind of record, protocol and number of records that are there at a time.
// Argument: records.

import { createTraffic } from "../../sim/traffic/traffic.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { PeerSocket } from "../../src/runtime/http.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { StreamProtocol } from "../../src/server/sessions/protocols.ts";
import { benchHub } from "./bench-hub.ts";
import { report } from "./child.ts";
import { benchRecord } from "./records.ts";
import { headerBytes } from "./websocket-frames.ts";

const RECORDS = Number(process.argv[2]);
const PROTOCOLS: readonly (readonly [name: string, protocol: StreamProtocol, choices: object])[] = [
  ["original", "original", {}],
  ["dashstream.v2", "dashstream.v2", {}],
  ["dashstream.v2 with zstd", "dashstream.v2", { compression: "zstd" }],
  ["dashstream.v2+json", "dashstream.v2+json", {}],
];

/** Values of the demo's traffic, as Kafka has them: the larger ones compressed one by one. */
function traffic(): readonly Uint8Array[] {
  const source = createTraffic({ random: seededRandom(1), clock: systemClock });
  return Array.from({ length: RECORDS }, () => source.next().value);
}

const KINDS: Readonly<Record<string, readonly Uint8Array[]>> = {
  even: Array.from({ length: RECORDS }, (_, index) => benchRecord(index, systemClock.nowMs() * 1000).value),
  traffic: traffic(),
};

for (const [kind, values] of Object.entries(KINDS)) {
  const valueBytes = values.reduce((sum, { length }) => sum + length, 0) / values.length;
  for (const [name, protocol, choices] of PROTOCOLS) {
    report({ kind, name, valueBytes, single: sent(values, 1), hundred: sent(values, 100) });

    /** Bytes of frames for each value, when so many are there at a time. */
    function sent(all: readonly Uint8Array[], atOnce: number): number {
      const { hub, ring } = benchHub();
      let bytes = 0;
      const socket: PeerSocket = {
        send(frame) {
          const length = Buffer.byteLength(frame);
          bytes += headerBytes(length) + length;
          return "sent";
        },
        cork: (write) => write(),
        bufferedBytes: () => 0,
        close() {},
        terminate() {},
      };
      const client = hub.accept(socket, { protocol, browser: false, admin: false });
      client.onText(
        JSON.stringify({ type: "resume", from: "latest", lastOffsetsByPartition: {}, ...choices }),
      );
      bytes = 0;
      for (let from = 0; from < all.length; from += atOnce) {
        for (let i = from; i < Math.min(all.length, from + atOnce); i++)
          ring.append(0, i, all[i] as Uint8Array);
        hub.flush();
      }
      client.onClose(1000, "");
      return bytes / all.length;
    }
  }
}
process.exit(0);
