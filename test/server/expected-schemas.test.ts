import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DashstreamError } from "../../src/errors.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { MAX_PINS, openExpectedSchemas } from "../../src/server/expected-schemas.ts";
import { manualClock } from "../support/manual-clock.ts";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "expected-schemas-"));
  path = join(directory, "made", "on", "demand", "pins.json");
});

afterEach(() => rm(directory, { recursive: true }));

const open = (at = path) =>
  openExpectedSchemas({ path: at, clock: manualClock(1_700_000_000_000), random: seededRandom(1) });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DashstreamError) return error.code;
    throw error;
  }
  return "none";
}

describe("expected schemas", () => {
  test("are none before anything was pinned, and nothing is written for that", async () => {
    const schemas = await open();
    expect(schemas.list()).toEqual([]);
    expect(await schemas.unpin("g")).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  test("survive a restart, in a directory made on demand", async () => {
    const schemas = await open();
    await schemas.pin("g", { schema_id: "s1", pinned_by: "ann" });
    await schemas.pin("__proto__", { schema_id: "s2" });
    const entry = {
      schema_id: "s1",
      graph_name: "g",
      environment: null,
      pinned_at: 1_700_000_000_000,
      pinned_by: "ann",
      note: null,
    };
    const reopened = await open();
    expect(reopened.get("g")).toEqual(entry);
    expect(reopened.list()).toHaveLength(2);
    expect(await reopened.unpin("g")).toEqual(entry);
    expect((await open()).get("g")).toBeUndefined();
    expect((await open()).get("__proto__")?.schema_id).toBe("s2");
  });

  test("are a readable JSON object by graph name, and no temporary file stays behind", async () => {
    const schemas = await open();
    await schemas.pin("g", { schema_id: "s1" });
    const content = await readFile(path, "utf8");
    expect(Object.keys(JSON.parse(content))).toEqual(["g"]);
    expect(content).toContain('\n    "schema_id": "s1"');
    expect(await readdir(join(path, ".."))).toEqual(["pins.json"]);
  });

  test("of many changes at once are all kept", async () => {
    const schemas = await open();
    const names = Array.from({ length: 20 }, (_, i) => `graph-${i}`);
    await Promise.all(names.map((name) => schemas.pin(name, { schema_id: name })));
    expect((await open()).list().map((entry) => entry.graph_name)).toEqual(names);
  });

  test("stay as they were when a change cannot be written, and the next change works again", async () => {
    const schemas = await open();
    await schemas.pin("g", { schema_id: "s1" });
    // A directory in the file's place cannot be replaced by a rename.
    await rm(path);
    await mkdir(join(path, "occupied"), { recursive: true });
    expect(await codeOf(schemas.pin("g", { schema_id: "s2" }))).toBe("storage_failed");
    expect(await codeOf(schemas.unpin("g"))).toBe("storage_failed");
    expect(schemas.get("g")?.schema_id).toBe("s1");
    expect(await readdir(join(path, ".."))).toEqual(["pins.json"]);
    await rm(path, { recursive: true });
    await schemas.pin("g", { schema_id: "s3" });
    expect((await open()).get("g")?.schema_id).toBe("s3");
  });

  test("in a file that is not ours are an error that names it, not an empty list", async () => {
    for (const content of ["{", "[]", '{"g":{"schema_id":5}}']) {
      const foreign = join(directory, "foreign.json");
      await writeFile(foreign, content);
      expect(await codeOf(open(foreign))).toBe("storage_failed");
      expect(open(foreign)).rejects.toThrow(foreign);
    }
  });

  test("are bounded in number, but a pin that exists can still be replaced", async () => {
    const entry = { environment: null, pinned_at: 1, pinned_by: null, note: null };
    const full = Object.fromEntries(
      Array.from({ length: MAX_PINS }, (_, i) => [
        `g${i}`,
        { schema_id: "s", graph_name: `g${i}`, ...entry },
      ]),
    );
    const crowded = join(directory, "crowded.json");
    await writeFile(crowded, JSON.stringify(full));
    const schemas = await open(crowded);
    expect(await schemas.pin("one-more", { schema_id: "s" })).toBe("full");
    expect(await schemas.pin("g0", { schema_id: "other" })).toMatchObject({ schema_id: "other" });
  });
});
