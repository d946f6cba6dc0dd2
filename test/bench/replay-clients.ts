// Clients that resume, all at the same moment, and check that they get every record exactly once and in order.
// Arguments: port, protocol, clients, how far behind, spread of that, offset after the last record that they must have.
// The command `go` connects them; reports the seconds until the last one has everything, and until the middle one.

import { onCommand, report } from "./child.ts";
import { openRawSocket } from "./raw-socket.ts";
import { type ReplayProtocol, verifiedStream } from "./verified-stream.ts";

const port = Number(process.argv[2]);
const protocol = process.argv[3] as ReplayProtocol;
const [clients, behind, spread, until] = process.argv.slice(4).map(Number) as [
  number,
  number,
  number,
  number,
];

/** Resolves with the seconds since `startMs`. */
function follow(index: number, startMs: number): Promise<number> {
  const after = Math.max(-1, until - behind - 1 + Math.floor((spread * index) / clients));
  // The original protocol has no cursor before the first record.
  const resume =
    after >= 0
      ? { type: "resume", lastOffsetsByPartition: { 0: String(after) } }
      : { type: "resume", from: "earliest", lastOffsetsByPartition: {} };
  return new Promise((resolve, reject) => {
    const take = verifiedStream(protocol, after, until, () => {
      socket.destroy();
      resolve((performance.now() - startMs) / 1000);
    });
    const socket = openRawSocket({
      port,
      protocol: protocol === "original" ? "" : protocol,
      hello: JSON.stringify(resume),
      onData(data) {
        try {
          take(data);
        } catch (error) {
          reject(error);
          socket.destroy();
        }
      },
      onEnd: reject,
    });
  });
}

await onCommand(async () => {
  const startMs = performance.now();
  const seconds = await Promise.all(Array.from({ length: clients }, (_, index) => follow(index, startMs)));
  seconds.sort((a, b) => a - b);
  report({ firstSeconds: seconds[0], middleSeconds: seconds[clients >> 1], seconds: seconds.at(-1) });
});
