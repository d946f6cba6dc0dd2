// Many WebSocket connections as cheaply as possible: plain TCP, the handshake by hand, and then only bytes are
// counted. Run as a process of its own, so that its cost is not the server's.
// Arguments: port, connections, bytes that each connection must receive, "resume" frame or "".

import { connect } from "node:net";

const [port, count, expectedBytes, hello] = [
  Number(process.argv[2]),
  Number(process.argv[3]),
  Number(process.argv[4]),
  process.argv[5] ?? "",
];

/** A masked text frame of less than 126 bytes (RFC 6455 section 5.2) with a mask of zeros. */
function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

function receive(): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = -1;
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      );
    });
    socket.on("data", (data) => {
      if (received < 0) {
        const end = data.indexOf("\r\n\r\n");
        if (!data.toString("latin1", 0, 12).endsWith("101")) return reject(new Error(data.toString()));
        received = data.length - end - 4;
        if (hello) socket.write(textFrame(hello));
      } else received += data.length;
      if (received >= expectedBytes) {
        socket.destroy();
        resolve();
      }
    });
    socket.on("error", reject);
    socket.on("close", () =>
      received >= expectedBytes ? resolve() : reject(new Error(`closed after ${received} bytes`)),
    );
  });
}

await Promise.all(Array.from({ length: count }, receive));
