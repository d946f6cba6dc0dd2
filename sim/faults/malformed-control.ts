// Clients send control frames that the server cannot make sense of.

import { z } from "zod";
import type { Random } from "../../src/runtime/random.ts";
import { ClientCrowd, RESUME_LATEST } from "./client-crowd.ts";
import { defineFault } from "./fault.ts";

const KINDS = ["not-json", "no-type", "unknown-type", "bad-cursor", "oversized"] as const;

type Kind = (typeof KINDS)[number];

/** The server takes 1 MiB and ends the connection of whoever sends more. */
const OVERSIZED_BYTES = 1024 * 1024 + 1;

export const malformedControl = defineFault({
  name: "malformed-control",
  area: "clients",
  summary: "Clients send control frames that the server cannot make sense of.",
  params: z.strictObject({
    clients: z.int().min(1).max(1000).default(1).describe("Clients that do so"),
    every_ms: z
      .int()
      .min(10)
      .max(3_600_000)
      .default(1000)
      .describe("Milliseconds between two frames of a client"),
    kind: z
      .enum([...KINDS, "random"])
      .default("random")
      .describe("What is wrong with them; random takes another one of the others each time"),
  }),
  needs: ["clients"],
  raises: [],
  mayRaise: [],
  async apply(stage, { clients, every_ms, kind }) {
    const crowd = new ClientCrowd(stage, { clients, onOpen: (client) => client.send(RESUME_LATEST) });
    await crowd.start();
    let sent = 0;
    const sending = stage.clock.every(every_ms, () => {
      for (const client of crowd.open) {
        if (client.closeCode !== null) continue;
        client.send(frameOf(kind === "random" ? pick(stage.random) : kind, stage.random));
        sent++;
      }
    });
    return {
      async clear() {
        sending.cancel();
        crowd.stop();
      },
      hits: () => sent,
    };
  },
});

function pick(random: Random): Kind {
  return KINDS[random.int(KINDS.length)] ?? "not-json";
}

function frameOf(kind: Kind, random: Random): string {
  switch (kind) {
    case "not-json":
      return `{"type":"resume",${random.int(1000)}`;
    case "no-type":
      return JSON.stringify({ lastOffsetsByPartition: { 0: "1" } });
    case "unknown-type":
      return JSON.stringify({ type: `subscribe-${random.int(1000)}` });
    case "bad-cursor":
      return JSON.stringify({
        type: "resume",
        from: "cursor",
        lastOffsetsByPartition: { first: "x", "0": {} },
      });
    case "oversized":
      return "x".repeat(OVERSIZED_BYTES);
  }
}
