import { expect, test } from "bun:test";
import { serverOrigin, streamUrl } from "../../src/cli/server-address.ts";

test.each([
  ["127.0.0.1", "http://127.0.0.1:3002"],
  ["0.0.0.0", "http://127.0.0.1:3002"],
  ["::", "http://[::1]:3002"],
  ["2001:db8::1", "http://[2001:db8::1]:3002"],
  ["server.example", "http://server.example:3002"],
])("a server listening on %s is reached at %s", (websocketHost, origin) => {
  expect(serverOrigin({ websocketHost, websocketPort: 3002 })).toBe(origin);
  expect(URL.canParse(streamUrl(origin))).toBe(true);
  expect(streamUrl(origin)).toBe(`${origin.replace("http:", "ws:")}/ws`);
});
