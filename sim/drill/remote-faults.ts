// Faults that a fault proxy applies for us, over its control address.

import { z } from "zod";
import type { RunningFault } from "../faults/fault.ts";
import { askJson, type JsonClientOptions, withoutSlash } from "./http-json.ts";

const inForce = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  fault: z.string(),
  hits: z.number(),
});
const list = z.object({ faults: z.array(inForce) });
const clearedList = z.object({ cleared: z.array(inForce) });

export interface RemoteFaults {
  apply(fault: string, params: unknown): Promise<RunningFault>;
  /** Names of what is in force. */
  active(): Promise<readonly string[]>;
  /** @returns names of what was in force */
  clearAll(): Promise<readonly string[]>;
}

/** All methods throw DashstreamError `server_unreachable` or `server_refused`. */
export function remoteFaults(url: string, client: JsonClientOptions): RemoteFaults {
  const base = `${withoutSlash(url)}/faults`;
  const json = { ...client, headers: { ...client.headers, "content-type": "application/json" } };
  return {
    async apply(fault, params) {
      const { id } = await askJson(json, base, inForce, {
        method: "POST",
        body: JSON.stringify({ fault, params }),
      });
      let hits = 0;
      let cleared = false;
      return {
        async clear() {
          if (cleared) return;
          ({ hits } = await askJson(client, `${base}/${id}`, inForce, { method: "DELETE" }));
          cleared = true;
        },
        hits: () => hits,
      };
    },
    active: async () => (await askJson(client, base, list)).faults.map(({ fault }) => fault),
    async clearAll() {
      const { cleared } = await askJson(client, base, clearedList, { method: "DELETE" });
      return cleared.map(({ fault }) => fault);
    },
  };
}
