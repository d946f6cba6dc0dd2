// `/api/expected-schema`: list, read, pin and unpin. Answers are the stored entries; a pin that could not be
// stored is an error, not a success.

import { type Context, Hono } from "hono";
import type { z } from "zod";
import { DashstreamError, describeError } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";
import {
  type ExpectedSchemas,
  MAX_GRAPH_NAME_LENGTH,
  MAX_PINS,
  type PinRequest,
  pinRequestSchema,
} from "./expected-schemas.ts";
import { limitedBody } from "./limited-body.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";

const MAX_BODY_BYTES = 65_536;
/** Of a refused value so much is repeated in the answer. */
const MAX_ECHO_LENGTH = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** One thing wrong with a request. */
interface InvalidField {
  readonly field: string;
  readonly value: unknown;
  readonly expected: string;
}

/** The body of a 400. */
interface InvalidRequest {
  readonly error: string;
  readonly details: readonly InvalidField[];
}

/** The routes, to be mounted at `/api/expected-schema`. */
export function expectedSchemaRoutes(schemas: ExpectedSchemas, log: Log): Hono {
  const app = new Hono();
  app.get("/", (c) => c.json(schemas.list()));
  app.all("/", methodNotAllowed("GET, HEAD"));

  app.get("/:graph_name", (c) => {
    const graphName = c.req.param("graph_name");
    const entry = schemas.get(graphName);
    if (entry !== undefined) return c.json(entry);
    return c.json({ error: "No expected schema set for this graph", graph_name: graphName }, 404);
  });
  app.put("/:graph_name", limitedBody(MAX_BODY_BYTES), async (c) => {
    const graphName = c.req.param("graph_name");
    const request = parseRequest(graphName, await c.req.text());
    if ("details" in request) return c.json(request, 400);
    return stored(c, log, async () => {
      const entry = await schemas.pin(graphName, request);
      if (entry !== "full") return c.json(entry);
      return c.json({ error: `${MAX_PINS} graphs have an expected schema, the most allowed` }, 409);
    });
  });
  app.delete("/:graph_name", (c) => {
    const graphName = c.req.param("graph_name");
    return stored(c, log, async () => {
      const entry = await schemas.unpin(graphName);
      if (entry !== undefined) return c.json(entry);
      return c.json({ error: "No expected schema to delete", graph_name: graphName }, 404);
    });
  });
  app.all("/:graph_name", methodNotAllowed("GET, HEAD, PUT, DELETE"));
  return app;
}

/** Runs a change; if it could not be stored, says which file and why. */
async function stored(c: Context, log: Log, change: () => Promise<Response>): Promise<Response> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof DashstreamError) || error.code !== "storage_failed") throw error;
    const message = describeError(error);
    log.error("expected schema not stored", { error: message });
    return c.json({ error: message }, 500);
  }
}

function parseRequest(graphName: string, body: string): PinRequest | InvalidRequest {
  const nameProblem = checkGraphName(graphName);
  if (nameProblem !== null) return invalid([nameProblem]);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return invalid([{ field: "body", value: echo(body), expected: "a JSON object" }]);
  }
  const parsed = pinRequestSchema.safeParse(json);
  return parsed.success
    ? parsed.data
    : invalid(parsed.error.issues.map((issue) => invalidField(json, issue)));
}

function checkGraphName(graphName: string): InvalidField | null {
  if (graphName.length <= MAX_GRAPH_NAME_LENGTH && !CONTROL_CHARACTER.test(graphName)) return null;
  const expected = `1 to ${MAX_GRAPH_NAME_LENGTH} characters without control characters`;
  return { field: "graph_name", value: echo(graphName), expected };
}

function invalid(details: readonly InvalidField[]): InvalidRequest {
  return { error: "invalid expected schema", details };
}

function invalidField(json: unknown, issue: z.core.$ZodIssue): InvalidField {
  const [field] = issue.path;
  if (typeof field !== "string") return { field: "body", value: echo(json), expected: issue.message };
  const value = typeof json === "object" && json !== null ? Reflect.get(json, field) : undefined;
  return { field, value: echo(value), expected: issue.message };
}

/** A refused value short enough to send back; a missing one is `null`, as JSON has no better word. */
function echo(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === "string") return value.slice(0, MAX_ECHO_LENGTH);
  return typeof value === "object" ? JSON.stringify(value).slice(0, MAX_ECHO_LENGTH) : value;
}
