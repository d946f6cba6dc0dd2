// Clients cannot tell the proxy without rules from the Redis behind it: the behaviours of the conformance suite through it.

import { describe } from "bun:test";
import { createRedisFaultProxy } from "../../../../sim/proxy/redis/redis-proxy.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { describeReal } from "../../../support/real-components.ts";
import { behavesAsRedis } from "../../redis/conformance/behaviours.ts";
import { type StartTarget, startEmbedded, startReal } from "../../redis/conformance/target.ts";

/** The same target, reached through the proxy; what goes down is what is behind. */
function proxied(start: StartTarget): StartTarget {
  return async (options) => {
    const behind = await start(options);
    const proxy = createRedisFaultProxy({
      network: systemNetwork,
      clock: systemClock,
      upstream: behind,
      listen: { host: "127.0.0.1", port: 0 },
    });
    await proxy.start();
    return {
      host: proxy.host,
      port: proxy.port,
      down: () => behind.down(),
      up: () => behind.up(),
      async stop() {
        await proxy.stop();
        await behind.stop();
      },
    };
  };
}

describe("before the embedded server", () => behavesAsRedis(proxied(startEmbedded)));

describeReal("redis-server", "before a real Redis", () => behavesAsRedis(proxied(startReal)));
