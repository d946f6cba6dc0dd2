// What a client of the second protocol may ask for with its resume: a filter, compression, a window of records that
// it acknowledges. Nothing is ignored: a client that mistyped would get more, or less, than it meant.

import { wrongField } from "../../wire/json-fields.ts";
import { parseStreamFilter, type StreamFilter } from "../../wire/stream-filter.ts";

export interface StreamChoices {
  readonly filter?: StreamFilter;
  readonly compression?: "none" | "zstd";
  /** Records that may be sent beyond the last acknowledged one. */
  readonly ackWindow?: number;
}

export type ParsedChoices =
  | { readonly ok: true; readonly choices: StreamChoices }
  | {
      readonly ok: false;
      readonly code: "INVALID_FILTER" | "INVALID_RESUME_OPTION";
      readonly error: string;
    };

export const MAX_ACK_WINDOW = 100_000;

export function parseStreamChoices(frame: Readonly<Record<string, unknown>>): ParsedChoices {
  const { compression, ackWindow } = frame;
  if (compression !== undefined && compression !== "none" && compression !== "zstd") {
    return invalidOption("compression", compression, "none or zstd");
  }
  if (ackWindow !== undefined && !isWindow(ackWindow)) {
    return invalidOption("ackWindow", ackWindow, `a whole number from 1 to ${MAX_ACK_WINDOW}`);
  }
  const filter = frame.filter === undefined ? null : parseStreamFilter(frame.filter);
  if (filter?.ok === false) return { ok: false, code: "INVALID_FILTER", error: filter.error };
  return {
    ok: true,
    choices: {
      ...(filter?.ok && { filter: filter.filter }),
      ...(compression !== undefined && { compression }),
      ...(ackWindow !== undefined && { ackWindow }),
    },
  };
}

function isWindow(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_ACK_WINDOW;
}

function invalidOption(field: string, value: unknown, expected: string): ParsedChoices {
  return { ok: false, code: "INVALID_RESUME_OPTION", error: wrongField(field, value, expected) };
}
