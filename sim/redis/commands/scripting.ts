// Commands that run scripts, see ../script.ts.

import { type CommandContext, type CommandTable, integer } from "../command.ts";
import { failure, OK, type Reply } from "../reply.ts";
import { type NativeScript, scriptDigest } from "../script.ts";

const UNKNOWN_SCRIPT = failure("NOSCRIPT No matching script. Please use EVAL.");

function notLua(digest: string): Reply {
  return failure(`ERR this server runs no Lua, only the scripts that it knows; ${digest} is none of them`);
}

function run(script: NativeScript, words: readonly Buffer[], context: CommandContext): Reply {
  const count = integer(words[0]);
  if (typeof count !== "number") return count;
  if (count < 0) return failure("ERR Number of keys can't be negative");
  if (count > words.length - 1) {
    return failure("ERR Number of keys can't be greater than number of args");
  }
  return script.run(words.slice(1, 1 + count), words.slice(1 + count), context);
}

function evalText([text, ...words]: readonly Buffer[], context: CommandContext): Reply {
  const digest = scriptDigest(text ?? "");
  const script = context.scripts.get(digest);
  if (script === undefined) return notLua(digest);
  context.loadedScripts.add(digest);
  return run(script, words, context);
}

function evalDigest([name, ...words]: readonly Buffer[], context: CommandContext): Reply {
  const digest = String(name).toLowerCase();
  const script = context.loadedScripts.has(digest) ? context.scripts.get(digest) : undefined;
  return script === undefined ? UNKNOWN_SCRIPT : run(script, words, context);
}

function script([subcommand, ...words]: readonly Buffer[], context: CommandContext): Reply {
  const { scripts, loadedScripts } = context;
  switch (String(subcommand).toUpperCase()) {
    case "LOAD": {
      const digest = scriptDigest(words[0] ?? "");
      if (!scripts.has(digest)) return notLua(digest);
      loadedScripts.add(digest);
      return digest;
    }
    case "EXISTS":
      return words.map((word) => (loadedScripts.has(String(word).toLowerCase()) ? 1 : 0));
    case "FLUSH":
      loadedScripts.clear();
      return OK;
    default:
      return failure(`ERR unknown subcommand '${subcommand}'. Try SCRIPT HELP.`);
  }
}

export const SCRIPTING_COMMANDS: CommandTable = {
  EVAL: { arity: -3, run: evalText },
  EVALSHA: { arity: -3, run: evalDigest },
  SCRIPT: { arity: -2, run: script },
};
