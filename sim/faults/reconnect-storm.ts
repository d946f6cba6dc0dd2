// Clients lose their connections all at once, again and again, and all come back at once.

import { z } from "zod";
import { ClientCrowd, RESUME_LATEST } from "./client-crowd.ts";
import { defineFault } from "./fault.ts";

export const reconnectStorm = defineFault({
  name: "reconnect-storm",
  area: "clients",
  summary: "Clients lose their connections all at once, again and again, and all come back at once.",
  params: z.strictObject({
    clients: z.int().min(1).max(1000).default(5).describe("Clients that do so"),
    every_ms: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(5000)
      .describe("Milliseconds from one time to the next"),
  }),
  needs: ["clients"],
  raises: [],
  mayRaise: [],
  async apply(stage, { clients, every_ms }) {
    const crowd = new ClientCrowd(stage, { clients, onOpen: (client) => client.send(RESUME_LATEST) });
    await crowd.start();
    let cut = 0;
    const storm = stage.clock.every(every_ms, () => {
      cut += crowd.open.size;
      crowd.cutAll();
      void crowd.fill();
    });
    return {
      async clear() {
        storm.cancel();
        crowd.stop();
      },
      hits: () => cut,
    };
  },
});
