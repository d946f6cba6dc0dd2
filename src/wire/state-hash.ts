// The hash that lets a client verify its copy of a state: SHA-256 over canonical JSON.

import { createHash } from "node:crypto";

/** JSON with sorted object keys (by UTF-16 code unit, as the browser client sorts) and no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

/** The 32 bytes of `state_hash` for a state. */
export function stateHash(state: unknown): Buffer {
  return createHash("sha256").update(canonicalJson(state)).digest();
}
