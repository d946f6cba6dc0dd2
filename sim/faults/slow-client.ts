// Clients stop reading and keep their connections.

import { z } from "zod";
import { ClientCrowd, RESUME_LATEST } from "./client-crowd.ts";
import { defineFault } from "./fault.ts";

export const slowClient = defineFault({
  name: "slow-client",
  area: "clients",
  summary: "Clients stop reading and keep their connections; those that the server ends come back.",
  params: z.strictObject({
    clients: z.int().min(1).max(1000).default(2).describe("Clients that do not read"),
  }),
  needs: ["clients"],
  raises: ["HighDroppedMessageRate"],
  mayRaise: [],
  async apply(stage, { clients }) {
    const crowd = new ClientCrowd(stage, {
      clients,
      onOpen(client) {
        client.send(RESUME_LATEST);
        client.read(false);
      },
    });
    await crowd.start();
    return {
      async clear() {
        crowd.stop();
      },
      hits: () => crowd.opened,
    };
  },
});
