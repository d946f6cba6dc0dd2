// Which schema each graph is expected to run, pinned by people and kept in one JSON file. A change is in memory
// only after it is safely on disk: a write that fails leaves everything as it was, and says so.

import { readFileSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { DashstreamError, systemCode } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Random, uuidV4 } from "../runtime/random.ts";

/** Longest graph name in characters. */
export const MAX_GRAPH_NAME_LENGTH = 200;
/** Most graphs that can have a pin; keeps file, memory and listing bounded. */
export const MAX_PINS = 10_000;

/** A bounded text. Its error message is what was expected, the value being known to whoever reports it. */
const text = (minLength: number, maxLength: number) => {
  const error = `a string of ${minLength} to ${maxLength} characters`;
  return z.string({ error }).min(minLength, { error }).max(maxLength, { error });
};

/** What a `PUT` may carry. The message of each issue is what was expected. */
export const pinRequestSchema = z.object(
  {
    schema_id: text(1, 256),
    environment: text(1, 128).nullish(),
    pinned_by: text(1, 256).nullish(),
    note: text(0, 4096).nullish(),
  },
  { error: "a JSON object" },
);

export type PinRequest = z.infer<typeof pinRequestSchema>;

const pinSchema = z.object({
  schema_id: z.string(),
  graph_name: z.string(),
  environment: z.string().nullable(),
  /** Milliseconds since the Unix epoch. */
  pinned_at: z.number().int(),
  pinned_by: z.string().nullable(),
  note: z.string().nullable(),
});

/** One pinned schema, as stored and as answered. */
export type ExpectedSchema = Readonly<z.infer<typeof pinSchema>>;

export interface ExpectedSchemas {
  list(): readonly ExpectedSchema[];
  get(graphName: string): ExpectedSchema | undefined;
  /**
   * Adds or replaces a pin; `full` if there are {@link MAX_PINS} others.
   * @throws DashstreamError `storage_failed` (nothing changed)
   */
  pin(graphName: string, request: PinRequest): Promise<ExpectedSchema | "full">;
  /**
   * Removes and returns a pin; `undefined` if there was none.
   * @throws DashstreamError `storage_failed` (nothing changed)
   */
  unpin(graphName: string): Promise<ExpectedSchema | undefined>;
}

export interface ExpectedSchemasOptions {
  /** The JSON file. It and its directory are created by the first change. */
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
}

type Pins = ReadonlyMap<string, ExpectedSchema>;

/**
 * Reads the file; a missing one means no pins.
 * @throws DashstreamError `storage_failed` if it cannot be read or is not what this program wrote
 */
export async function openExpectedSchemas(options: ExpectedSchemasOptions): Promise<ExpectedSchemas> {
  const { path, clock, random } = options;
  let pins = load(path);
  let lastChange: Promise<unknown> = Promise.resolve();

  /** Runs changes one after another, so that none is computed from a state that another is replacing. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const result = lastChange.then(change);
    // The caller of `change` gets its rejection; the queue only needs to know that it is over.
    lastChange = result.catch(() => undefined);
    return result;
  };
  const replace = async (next: Pins): Promise<void> => {
    await store(path, next, random);
    pins = next;
  };

  return {
    list: () => [...pins.values()],
    get: (graphName) => pins.get(graphName),
    pin: (graphName, request) =>
      inTurn(async () => {
        if (pins.size >= MAX_PINS && !pins.has(graphName)) return "full";
        const entry = newPin(graphName, request, clock.nowMs());
        await replace(new Map(pins).set(graphName, entry));
        return entry;
      }),
    unpin: (graphName) =>
      inTurn(async () => {
        const entry = pins.get(graphName);
        if (entry === undefined) return undefined;
        const next = new Map(pins);
        next.delete(graphName);
        await replace(next);
        return entry;
      }),
  };
}

function newPin(graphName: string, request: PinRequest, nowMs: number): ExpectedSchema {
  return {
    schema_id: request.schema_id,
    graph_name: graphName,
    environment: request.environment ?? null,
    pinned_at: Math.floor(nowMs),
    pinned_by: request.pinned_by ?? null,
    note: request.note ?? null,
  };
}

/** In one go: it is a small file, read before anything is served. */
function load(path: string): Pins {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return new Map();
    throw new DashstreamError("storage_failed", `cannot read expected schemas from ${path}`, { cause });
  }
  try {
    const json: unknown = JSON.parse(content);
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new TypeError("not a JSON object");
    return new Map(Object.entries(json).map(([graphName, entry]) => [graphName, pinSchema.parse(entry)]));
  } catch (cause) {
    const message = `${path} does not hold expected schemas (a JSON object, graph name to entry)`;
    throw new DashstreamError("storage_failed", message, { cause });
  }
}

/** Writes beside the file, syncs and renames: a reader or a crash sees the old content or the new, never a part. */
async function store(path: string, pins: Pins, random: Random): Promise<void> {
  const temporary = `${path}.${uuidV4(random)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(`${JSON.stringify(Object.fromEntries(pins), null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    // Already failing: a temporary file that cannot be removed either must not hide the reason.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new DashstreamError("storage_failed", `cannot write expected schemas to ${path}`, { cause });
  }
}
