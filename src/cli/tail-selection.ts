// What `tail` shows: the filter that the server is given, and what only this side can tell, types of events.

import type { JsonRecord, StreamFilter } from "../client/index.ts";
import { DashstreamError } from "../errors.ts";
import { KIND_NAMES, type KindName } from "../wire/message-kind.ts";
import { EVENT_NAMES, type MessageView } from "./message-view.ts";

export interface SelectionFlags {
  readonly tenant?: readonly string[];
  readonly thread?: readonly string[];
  readonly type?: readonly string[];
  readonly sample?: number;
}

export interface Selection {
  /** A server that honours it sends nothing that is not wanted, apart from events of other types. */
  readonly filter: StreamFilter;
  readonly wants: (message: Pick<MessageView, "kind" | "eventTypes">) => boolean;
}

const KINDS: readonly KindName[] = Object.values(KIND_NAMES);
const EVENT_KINDS: readonly KindName[] = ["event", "event_batch"];
const TYPE_NAMES: readonly string[] = [...KINDS, ...EVENT_NAMES.values()];

/** @throws DashstreamError `usage` for a type that there is not */
export function selectionOf({ tenant, thread, type, sample }: SelectionFlags): Selection {
  const types = type?.map((name) => {
    const known = TYPE_NAMES.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (known !== undefined) return known;
    throw new DashstreamError("usage", `--type is "${name}", expected one of ${TYPE_NAMES.join(", ")}`);
  });
  return {
    filter: {
      ...(tenant && { tenants: tenant }),
      ...(thread && { threads: thread }),
      ...(types && { types: kindsOf(types) }),
      ...(sample !== undefined && { sample }),
    },
    wants: ({ kind, eventTypes }) =>
      types === undefined || types.includes(kind) || eventTypes.some((name) => types.includes(name)),
  };
}

/** The kinds of messages in which something of these types may be. */
function kindsOf(types: readonly string[]): readonly KindName[] {
  const kinds = KINDS.filter((kind) => types.includes(kind));
  const hasEventType = types.some((name) => !KINDS.some((kind) => kind === name));
  return hasEventType ? [...new Set([...kinds, ...EVENT_KINDS])] : kinds;
}

/** The types of events in a message that came as JSON. */
export function jsonEventTypes({ message }: JsonRecord): readonly string[] {
  const events: readonly unknown[] = Array.isArray(message.events) ? message.events : [message];
  return events.flatMap((event) => {
    const name: unknown = Reflect.get(Object(event), "eventTypeName");
    return typeof name === "string" ? [name] : [];
  });
}
