// A stage for faults of the traffic and of clients: what they ask for is kept, and the test answers.

import type { Stage, StageClient } from "../../../sim/faults/stage.ts";
import type { OutgoingRecord } from "../../../sim/traffic/alteration.ts";
import { TrafficDirector } from "../../../sim/traffic/director.ts";
import { createTraffic } from "../../../sim/traffic/traffic.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { manualClock } from "../../support/manual-clock.ts";

/** A client that the server may end, and what was done with it. */
export class ScriptedClient implements StageClient {
  readonly sent: string[] = [];
  reading = true;
  wasCut = false;
  closeCode: number | null = null;

  read(reading: boolean): void {
    this.reading = reading;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  cut(): void {
    this.wasCut = true;
    this.closeCode ??= 1006;
  }
}

/** Lets everything run that does not wait for the clock. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export function faultRig(options: { readonly maxClients?: number } = {}) {
  const clock = manualClock();
  const random = seededRandom(5);
  const sent: OutgoingRecord[] = [];
  const over = new AbortController();
  const director = new TrafficDirector({
    source: createTraffic({ random: seededRandom(6), clock }),
    ratePerSecond: 50,
    send: async (records) => void sent.push(...records),
    clock,
    random,
    signal: over.signal,
    tickMs: 100,
  });
  const clients: ScriptedClient[] = [];
  const open = () => clients.filter(({ closeCode }) => closeCode === null);
  const stage: Stage = {
    clock,
    random,
    log: silentLog,
    kafka: { topic: "t", dlqTopic: "t-dlq", libraryDlqTopic: "dlq", serverGroup: "g" },
    traffic: director,
    clients: {
      async connect() {
        if (open().length >= (options.maxClients ?? Number.POSITIVE_INFINITY)) throw new Error("429");
        const client = new ScriptedClient();
        clients.push(client);
        return client;
      },
    },
    broker: null,
    redis: null,
    links: null,
    components: null,
    discovery: null,
  };
  const advance = async (ms: number) => {
    for (let t = 0; t < ms; t += 100) {
      clock.advance(Math.min(100, ms - t));
      await settled();
    }
  };
  return { stage, director, sent, clients, open, advance, end: () => over.abort() };
}
