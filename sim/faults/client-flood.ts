// Far more clients connect than one address may have.

import { z } from "zod";
import { ClientCrowd, RESUME_LATEST } from "./client-crowd.ts";
import { defineFault } from "./fault.ts";

export const clientFlood = defineFault({
  name: "client-flood",
  area: "clients",
  summary:
    "Far more clients connect than one address may have; those that are refused try again every second.",
  params: z.strictObject({
    clients: z.int().min(1).max(10_000).default(50).describe("Clients that want a connection"),
  }),
  needs: ["clients"],
  raises: [],
  mayRaise: [],
  async apply(stage, { clients }) {
    const crowd = new ClientCrowd(stage, { clients, onOpen: (client) => client.send(RESUME_LATEST) });
    await crowd.start();
    return {
      async clear() {
        crowd.stop();
      },
      hits: () => crowd.opened + crowd.refused,
    };
  },
});
