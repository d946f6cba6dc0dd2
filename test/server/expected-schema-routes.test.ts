import { describe, expect, test } from "bun:test";
import { DashstreamError } from "../../src/errors.ts";
import { expectedSchemaRoutes } from "../../src/server/expected-schema-routes.ts";
import type { ExpectedSchema, ExpectedSchemas } from "../../src/server/expected-schemas.ts";
import { silentLog } from "../../src/telemetry/log.ts";

const entry: ExpectedSchema = {
  schema_id: "s1",
  graph_name: "g",
  environment: null,
  pinned_at: 1,
  pinned_by: null,
  note: null,
};

/** Schemas that hold `entry` and store anything. */
const working: ExpectedSchemas = {
  list: () => [entry],
  get: (name) => (name === "g" ? entry : undefined),
  pin: (graphName, request) =>
    Promise.resolve({ ...entry, graph_name: graphName, schema_id: request.schema_id }),
  unpin: (name) => Promise.resolve(name === "g" ? entry : undefined),
};

const put = (path: string, body: string, schemas = working) =>
  expectedSchemaRoutes(schemas, silentLog).request(path, { method: "PUT", body });

describe("reading", () => {
  test("lists all entries and gives one by name", async () => {
    const app = expectedSchemaRoutes(working, silentLog);
    expect(await (await app.request("/")).json()).toEqual([entry]);
    expect(await (await app.request("/g")).json()).toEqual(entry);
  });

  test("says 404 for a graph without a pin", async () => {
    const response = await expectedSchemaRoutes(working, silentLog).request("/other%20graph");
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: "No expected schema set for this graph",
      graph_name: "other graph",
    });
  });
});

describe("pinning", () => {
  test("answers the stored entry", async () => {
    const response = await put("/my%2Fgraph", '{"schema_id":"s9","note":null}');
    expect([response.status, await response.json()]).toEqual([
      200,
      { ...entry, graph_name: "my/graph", schema_id: "s9" },
    ]);
  });

  test.each([
    ["not json", { field: "body", value: "not json", expected: "a JSON object" }],
    ["[1]", { field: "body", value: "[1]", expected: "a JSON object" }],
    ["{}", { field: "schema_id", value: null, expected: "a string of 1 to 256 characters" }],
    ['{"schema_id":""}', { field: "schema_id", value: "", expected: "a string of 1 to 256 characters" }],
    [
      '{"schema_id":"s","environment":7}',
      { field: "environment", value: 7, expected: "a string of 1 to 128 characters" },
    ],
    [
      `{"schema_id":"${"x".repeat(257)}"}`,
      { field: "schema_id", value: "x".repeat(100), expected: "a string of 1 to 256 characters" },
    ],
  ])("refuses %s with field, value and what was expected", async (body, detail) => {
    const response = await put("/g", body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "invalid expected schema", details: [detail] });
  });

  test.each(["a".repeat(201), "bell%07"])("refuses the graph name %s", async (name) => {
    const response = await put(`/${name}`, '{"schema_id":"s"}');
    expect(response.status).toBe(400);
    expect((await response.json()).details[0].field).toBe("graph_name");
  });

  test("refuses a body beyond 64 KiB with 413", async () => {
    expect((await put("/g", `{"schema_id":"${"x".repeat(70_000)}"}`)).status).toBe(413);
  });

  test("answers 409 when there is no room for another graph", async () => {
    const response = await put("/g", '{"schema_id":"s"}', { ...working, pin: () => Promise.resolve("full") });
    expect(response.status).toBe(409);
  });

  test("answers 500 with path and cause when it could not be stored", async () => {
    const cause = new Error("EROFS: read-only file system");
    const failure = new DashstreamError("storage_failed", "cannot write expected schemas to /pins.json", {
      cause,
    });
    const response = await put("/g", '{"schema_id":"s"}', { ...working, pin: () => Promise.reject(failure) });
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: "cannot write expected schemas to /pins.json: EROFS: read-only file system" },
    ]);
  });
});

describe("unpinning", () => {
  test("answers the removed entry, or 404", async () => {
    const app = expectedSchemaRoutes(working, silentLog);
    expect(await (await app.request("/g", { method: "DELETE" })).json()).toEqual(entry);
    const missing = await app.request("/x", { method: "DELETE" });
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: "No expected schema to delete", graph_name: "x" },
    ]);
  });
});
