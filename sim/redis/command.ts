// What a command is, and what it may know and change.

import type { Keyspace } from "./keyspace.ts";
import { type ErrorReply, failure, type Reply, type RespVersion } from "./reply.ts";
import type { NativeScript } from "./script.ts";

/** What a connection has agreed on with the server. */
export interface ClientState {
  readonly id: number;
  name: string;
  database: number;
  protocol: RespVersion;
  authenticated: boolean;
}

export interface CommandContext {
  readonly client: ClientState;
  readonly databases: readonly Keyspace[];
  /** Scripts that this server knows, by the SHA-1 of their text. */
  readonly scripts: ReadonlyMap<string, NativeScript>;
  /** Those of them that a client has loaded. */
  readonly loadedScripts: Set<string>;
  /** `null`: no login is needed. */
  readonly password: string | null;
  /** Wall-clock time, the same for a whole command. */
  readonly nowMs: number;
}

export interface Command {
  /** Words with the command itself; negative: at least so many. */
  readonly arity: number;
  /** Allowed before the login. */
  readonly beforeLogin?: true;
  run(args: readonly Buffer[], context: CommandContext): Reply;
}

export type CommandTable = Readonly<Record<string, Command>>;

/** The database that the client has selected. */
export function keyspace({ databases, client }: CommandContext): Keyspace {
  const chosen = databases[client.database];
  if (chosen === undefined) throw new RangeError(`database ${client.database}`);
  return chosen;
}

export const WRONG_TYPE = failure("WRONGTYPE Operation against a key holding the wrong kind of value");
export const SYNTAX_ERROR = failure("ERR syntax error");
const NOT_AN_INTEGER = failure("ERR value is not an integer or out of range");

/** A whole number, or what is wrong. */
export function integer(argument: Buffer | undefined): number | ErrorReply {
  const text = argument?.toString("latin1") ?? "";
  const value = Number(text);
  return /^-?\d{1,19}$/.test(text) && Number.isSafeInteger(value) ? value : NOT_AN_INTEGER;
}
