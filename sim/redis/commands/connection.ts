// Commands about the connection itself.

import type { ClientState, CommandContext, CommandTable } from "../command.ts";
import { integer, SYNTAX_ERROR } from "../command.ts";
import { failure, OK, type Reply } from "../reply.ts";

/** What clients are told; they look at it to decide what they may ask for. */
export const SERVER_VERSION = "7.0.15";

const WRONG_PASSWORD = failure("WRONGPASS invalid username-password pair or user is disabled.");
const NO_PASSWORD_SET = failure(
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
);

/** Null if the login is right. Without a password set, the default user may say anything. */
function logIn(user: string, password: string, context: CommandContext): Reply {
  if (user !== "default" || (context.password !== null && password !== context.password))
    return WRONG_PASSWORD;
  context.client.authenticated = true;
  return null;
}

function auth(args: readonly Buffer[], context: CommandContext): Reply {
  const [first = "", second] = args.map(String);
  if (args.length > 2) return SYNTAX_ERROR;
  if (second === undefined && context.password === null) return NO_PASSWORD_SET;
  return logIn(second === undefined ? "default" : first, second ?? first, context) ?? OK;
}

function hello(args: readonly Buffer[], context: CommandContext): Reply {
  const { client } = context;
  const words = args.map(String);
  const version = words.length === 0 ? String(client.protocol) : words.shift();
  if (version !== "2" && version !== "3") return failure("NOPROTO unsupported protocol version");
  while (words.length > 0) {
    const option = words.shift()?.toUpperCase();
    const denied = option === "AUTH" ? logIn(words.shift() ?? "", words.shift() ?? "", context) : null;
    if (denied !== null) return denied;
    if (option === "SETNAME") client.name = words.shift() ?? "";
    else if (option !== "AUTH") return failure(`ERR Syntax error in HELLO option '${option}'`);
  }
  if (!client.authenticated) {
    return failure(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  }
  client.protocol = version === "3" ? 3 : 2;
  return greeting(client);
}

function greeting({ protocol, id }: ClientState): Reply {
  return {
    kind: "map",
    entries: [
      ["server", "redis"],
      ["version", SERVER_VERSION],
      ["proto", protocol],
      ["id", id],
      ["mode", "standalone"],
      ["role", "master"],
      ["modules", []],
    ],
  };
}

function client(args: readonly Buffer[], { client: state }: CommandContext): Reply {
  const [subcommand = "", value = ""] = args.map(String);
  switch (subcommand.toUpperCase()) {
    case "ID":
      return state.id;
    case "GETNAME":
      return state.name === "" ? null : state.name;
    case "SETNAME":
      state.name = value;
      return OK;
    case "SETINFO":
      return OK;
    default:
      return failure(`ERR unknown subcommand '${subcommand}'. Try CLIENT HELP.`);
  }
}

function select(args: readonly Buffer[], { client: state, databases }: CommandContext): Reply {
  const index = integer(args[0]);
  if (typeof index !== "number") return index;
  if (databases[index] === undefined) return failure("ERR DB index is out of range");
  state.database = index;
  return OK;
}

export const CONNECTION_COMMANDS: CommandTable = {
  AUTH: { arity: -2, beforeLogin: true, run: auth },
  HELLO: { arity: -1, beforeLogin: true, run: hello },
  CLIENT: { arity: -2, run: client },
  SELECT: { arity: 2, run: select },
  ECHO: { arity: 2, run: ([text]) => text ?? null },
  PING: { arity: -1, run: ([text]) => text ?? { kind: "status", text: "PONG" } },
};
