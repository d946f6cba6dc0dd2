// The script of tenant buckets, in TypeScript: the same arithmetic in the same order as its Lua text.

import { TAKE_TOKENS_SCRIPT } from "../../../src/stream/tenant-bucket-script.ts";
import { keyspace, WRONG_TYPE } from "../command.ts";
import { type Name, nameOf } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import type { NativeScript } from "../script.ts";

function numberOf(bytes: Buffer | undefined): number | null {
  const value = bytes === undefined || bytes.length === 0 ? Number.NaN : Number(bytes.toString("latin1"));
  return Number.isNaN(value) ? null : value;
}

export const takeTokensScript: NativeScript = {
  text: TAKE_TOKENS_SCRIPT,
  run([key], args, context): Reply {
    const [wanted = 0, capacity = 0, rate = 0] = args.map((argument) => numberOf(argument) ?? 0);
    const keepSeconds = numberOf(args[4]) ?? 0;
    const now = Math.floor(context.nowMs / 1000) + ((context.nowMs % 1000) * 1000) / 1_000_000;
    const store = keyspace(context);
    const name: Name = nameOf(key ?? Buffer.alloc(0));
    const bucket = store.get(name, context.nowMs);
    if (bucket !== null && bucket.type !== "hash") return WRONG_TYPE;
    const fields = bucket?.fields ?? new Map<Name, Buffer>();
    let tokens = numberOf(fields.get("tokens"));
    let last = numberOf(fields.get("last_refill"));
    if (tokens === null || last === null) {
      if (wanted === 0) return 0;
      tokens = capacity;
      last = now;
    }
    tokens = Math.min(capacity, tokens + Math.max(0, now - last) * rate);
    let granted = Math.min(wanted, Math.floor(tokens));
    if (args[3]?.toString() === "all" && granted < wanted) granted = 0;
    fields.set("tokens", Buffer.from(String(tokens - granted)));
    fields.set("last_refill", Buffer.from(String(now)));
    store.set(name, { type: "hash", fields }, context.nowMs, context.nowMs + keepSeconds * 1000);
    return granted;
  },
};
