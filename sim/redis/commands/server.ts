// Commands about the server: its time, its data as a whole, what it says of itself.

import { type CommandContext, type CommandTable, keyspace } from "../command.ts";
import { OK } from "../reply.ts";
import { SERVER_VERSION } from "./connection.ts";

const INFO = [
  "# Server",
  `redis_version:${SERVER_VERSION}`,
  "redis_mode:standalone",
  "# Persistence",
  "loading:0",
  "# Replication",
  "role:master",
  "# Keyspace",
];

/** Sections are not chosen from: clients that ask for one find it among all. */
function info({ databases, nowMs }: CommandContext): string {
  const lines = databases.flatMap((database, index) => {
    const keys = database.size(nowMs);
    return keys === 0 ? [] : [`db${index}:keys=${keys},expires=${database.expiringCount},avg_ttl=0`];
  });
  return [...INFO, ...lines, ""].join("\r\n");
}

export const SERVER_COMMANDS: CommandTable = {
  INFO: { arity: -1, run: (_, context) => info(context) },
  TIME: {
    arity: 1,
    run: (_, { nowMs }) => [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)],
  },
  DBSIZE: { arity: 1, run: (_, context) => keyspace(context).size(context.nowMs) },
  FLUSHALL: {
    arity: -1,
    run(_, { databases }) {
      for (const database of databases) database.clear();
      return OK;
    },
  },
};
