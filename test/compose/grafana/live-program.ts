// A program of somebody else: it sends messages with the library's producer, and serves its series.

import { DashstreamError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { Producer } from "../../../src/stream/producer.ts";
import { createStreamMetrics, systemSeams } from "../../../src/stream/seams.ts";

/** Where it sends to. */
export const PROGRAM_TOPIC = "programs";
const EVERY_MS = 100;
const TOO_LARGE = "x".repeat(4096);

export interface RunningProgram {
  /** `host:port` of its `/metrics`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Sends a good message and one that is refused, again and again. The topic must be there. */
export async function startProgram(brokers: string): Promise<RunningProgram> {
  const metrics = createStreamMetrics();
  const producer = new Producer({
    ...systemSeams(),
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: [brokers], clientId: "program" },
    topic: PROGRAM_TOPIC,
    metrics,
    compression: null,
    maxMessageBytes: 1024,
  });
  const sends = new Set<Promise<void>>();
  const send = (nodeId: string) => {
    const sent = producer
      .send({ event: { header: { threadId: "program", tenantId: "acme" }, nodeId } })
      .catch(expectRefusal)
      .finally(() => sends.delete(sent));
    sends.add(sent);
  };
  const timer = systemClock.every(EVERY_MS, () => {
    send("n");
    send(TOO_LARGE);
  });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const { contentType, body } = await metrics.expose(request.headers.get("accept") ?? "");
      return new Response(body, { headers: { "content-type": contentType } });
    },
  });
  return {
    address: `127.0.0.1:${server.port}`,
    async stop() {
      timer.cancel();
      await Promise.all(sends);
      await producer.close();
      await server.stop(true);
    },
  };
}

/** What the producer has counted. */
function expectRefusal(error: unknown): void {
  if (error instanceof DashstreamError) return;
  throw error;
}
