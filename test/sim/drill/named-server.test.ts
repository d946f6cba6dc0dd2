// What is said of a server that does not answer: the flag that names it, and what to do.

import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { askJson, type Fetch } from "../../../sim/drill/http-json.ts";
import { requireListener, unreachable } from "../../../sim/drill/named-server.ts";
import { remoteFaults } from "../../../sim/drill/remote-faults.ts";
import { onStack } from "./drill-rig.ts";

const named = { flag: "--proxy", url: "http://proxy:8474" };
const NOTHING_LISTENS =
  '--proxy is "http://proxy:8474": nothing listens there (ECONNREFUSED); start the stack (make stack-up, or docker compose up in compose/) or name yours';

describe("a server on whose port nothing listens is named by its flag, as the runtime tells it", () => {
  test.each([
    ["Bun", Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" })],
    ["a socket", Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:8474"), { code: "ECONNREFUSED" })],
    ["Deno", new TypeError("error sending request: tcp connect error: Connection refused (os error 111)")],
    [
      "a cause",
      new TypeError("fetch failed", { cause: Object.assign(new Error(""), { code: "ECONNREFUSED" }) }),
    ],
  ])("%s", (_, cause) => {
    expect(unreachable(named, "GET http://proxy:8474/faults", cause)).toMatchObject({
      code: "server_unreachable",
      message: NOTHING_LISTENS,
    });
  });
});

test("a server that does not answer for another reason is told with what was asked", () => {
  expect(unreachable(named, "GET http://proxy:8474/faults", new Error("timed out")).message).toBe(
    "GET http://proxy:8474/faults: timed out",
  );
});

describe("who is refused because it did not say who it is", () => {
  const client = (status: number, credentials?: string) => {
    const fetch: Fetch = async () => new Response('{"error":"who?"}', { status });
    const server = credentials === undefined ? named : { ...named, credentials };
    return { named: server, fetch, timeout: () => new AbortController().signal };
  };

  test.each([401, 403])("hears with status %i what to do", async (status) => {
    const faults = remoteFaults(named.url, client(status, "expected ADMIN_TOKEN"));
    await expect(faults.active()).rejects.toThrow(
      `GET http://proxy:8474/faults: status ${status}: {"error":"who?"}; expected ADMIN_TOKEN`,
    );
  });

  test("and nothing of the kind if something else is wrong, or nothing can be done", async () => {
    const ask = (status: number, credentials?: string) =>
      askJson(client(status, credentials), named.url, z.object({}));
    await expect(ask(500, "expected ADMIN_TOKEN")).rejects.toThrow(/who\?"\}$/);
    await expect(ask(401)).rejects.toThrow(/who\?"\}$/);
  });
});

describe("a server for clients", () => {
  test("is there if it takes a connection", () =>
    onStack(async ({ options, world, over }) => {
      const listener = await world.network.listen("127.0.0.1", 3002, (socket) =>
        socket.on("error", () => {}),
      );
      await over(requireListener(options, "--server", { host: "127.0.0.1", port: 3002 }));
      await over(listener.close());
    }));

  test("and is named by its flag if it does not", () =>
    onStack(async ({ options, over }) => {
      const target = { host: "127.0.0.1", port: 3002 };
      await expect(over(requireListener(options, "--server", target))).rejects.toThrow(
        '--server is "http://127.0.0.1:3002": nothing listens there (ECONNREFUSED)',
      );
    }));
});
