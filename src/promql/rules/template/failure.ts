// What goes wrong while a template is filled in, in the words of Go, without the place; the place is added on the way out.

import { DashstreamError } from "../../../errors.ts";

export function failure(reason: string): DashstreamError {
  return new DashstreamError("rules_invalid", reason);
}

/** What Go says when a function gets a nil where it needs a pointer. */
export const NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference";
