// Many WebSocket connections that only count bytes. Run as a process of its own, so that its cost is not the server's.
// Arguments: port, connections, what each connection must receive: a number of bytes, or `tail:` and the last bytes in
// hex; "resume" frame or "", subprotocol or "".

import { openRawSocket } from "./raw-socket.ts";

const [port, count] = [Number(process.argv[2]), Number(process.argv[3])];
const [expected = "", hello = "", protocol = ""] = process.argv.slice(4);
const tail = expected.startsWith("tail:") ? Buffer.from(expected.slice(5), "hex") : null;

function receive(): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const isDone = tail === null ? () => received >= Number(expected) : endsWith(tail);
    const socket = openRawSocket({
      port,
      protocol,
      hello,
      onData(data) {
        received += data.length;
        if (!isDone(data)) return;
        socket.destroy();
        resolve();
      },
      onEnd: (error) => reject(new Error(`${error.message}, after ${received} bytes`)),
    });
  });
}

/** Whether what came so far ends with these bytes. */
function endsWith(bytes: Buffer): (data: Buffer) => boolean {
  let last: Buffer = Buffer.alloc(0);
  return (data) => {
    last = data.length >= bytes.length ? data.subarray(-bytes.length) : Buffer.concat([last, data]);
    last = last.subarray(-bytes.length);
    return last.equals(bytes);
  };
}

await Promise.all(Array.from({ length: count }, receive));
