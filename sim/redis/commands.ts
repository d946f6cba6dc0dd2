// The table of all commands, and how a request becomes a reply: known, complete, allowed, run.

import type { Command, CommandContext } from "./command.ts";
import { CONNECTION_COMMANDS } from "./commands/connection.ts";
import { HASH_COMMANDS } from "./commands/hashes.ts";
import { KEY_COMMANDS } from "./commands/keys.ts";
import { SCRIPTING_COMMANDS } from "./commands/scripting.ts";
import { SERVER_COMMANDS } from "./commands/server.ts";
import { SORTED_SET_COMMANDS } from "./commands/sorted-sets.ts";
import { STRING_COMMANDS } from "./commands/strings.ts";
import { failure, type Reply } from "./reply.ts";
import { commandName, type Request } from "./request-reader.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...CONNECTION_COMMANDS,
    ...SERVER_COMMANDS,
    ...KEY_COMMANDS,
    ...STRING_COMMANDS,
    ...HASH_COMMANDS,
    ...SORTED_SET_COMMANDS,
    ...SCRIPTING_COMMANDS,
  }),
);

const NOT_LOGGED_IN = failure("NOAUTH Authentication required.");
/** Redis shows about so much of a command that it does not know. */
const SHOWN_ARGUMENT_CHARS = 128;

function unknown([name, ...args]: Request): Reply {
  const shown = args.map((arg) => `'${arg}' `).join("");
  return failure(
    `ERR unknown command '${name}', with args beginning with: ${shown.slice(0, SHOWN_ARGUMENT_CHARS)}`,
  );
}

/** Runs a command. Never throws for what a client sent. */
export function execute(request: Request, context: CommandContext): Reply {
  const name = commandName(request);
  const command = COMMANDS.get(name);
  if (command === undefined) return unknown(request);
  const { arity } = command;
  if (arity > 0 ? request.length !== arity : request.length < -arity) {
    return failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  }
  if (!context.client.authenticated && command.beforeLogin !== true) return NOT_LOGGED_IN;
  return command.run(request.slice(1), context);
}
