// What this machine calls itself.

import { hostname } from "node:os";

/** The host name, as the system gives it. */
export function hostName(): string {
  return hostname();
}
