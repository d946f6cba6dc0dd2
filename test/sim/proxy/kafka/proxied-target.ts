// A target of the conformance suite with the Kafka proxy before it.

import { createKafkaFaultProxy } from "../../../../sim/proxy/kafka/kafka-proxy.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import type { Target } from "../../broker/conformance/target.ts";

/** Clients reach it through a proxy without rules; killing and restarting concern what is behind. */
export async function proxied(start: () => Promise<Target>): Promise<Target> {
  const behind = await start();
  const [host = "", port = ""] = behind.bootstrap.split(":");
  const proxy = createKafkaFaultProxy({
    network: systemNetwork,
    clock: systemClock,
    upstream: { host, port: Number(port) },
    listen: { host: "127.0.0.1", port: 0 },
  });
  await proxy.start();
  return {
    bootstrap: proxy.bootstrap,
    kill: () => behind.kill(),
    restart: () => behind.restart(),
    async stop() {
      await proxy.stop();
      await behind.stop();
    },
  };
}
