import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ledger, openLedger, readLedger } from "../../src/dlq/ledger.ts";
import { identityOf, type LedgerEntry } from "../../src/dlq/ledger-lines.ts";
import { defaultLedgerPath } from "../../src/dlq/ledger-path.ts";
import { systemProcesses } from "../../src/runtime/process-identity.ts";
import { manualClock } from "../support/manual-clock.ts";
import { dlqRecord, T0 } from "./records.ts";

const SUBJECT = { clusterId: "cluster", topic: "telemetry-dlq" };
let folder: string;
let path: string;
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dashstream-ledger-"));
  path = join(folder, "state", "ledger.jsonl");
  notes = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const options = (subject = SUBJECT) => ({ path, subject, onNote: (text: string) => void notes.push(text) });
const open = (subject = SUBJECT): Promise<Ledger> =>
  openLedger({ ...options(subject), clock: manualClock(T0), processes: systemProcesses });

function entry(offset: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  const identity = offset.toString(16).padStart(12, "0");
  return {
    partition: 0,
    offset,
    identity,
    recordId: `telemetry-0-${offset}`,
    target: "telemetry",
    ...changes,
  };
}

async function ledgerWith(...entries: readonly LedgerEntry[]): Promise<void> {
  const ledger = await open();
  await ledger.append(entries);
  await ledger.close();
}

describe("a ledger", () => {
  test("knows what was sent, in this run and in the next", async () => {
    const ledger = await open();
    await ledger.append([entry(1), entry(2)]);
    expect([ledger.index.has(entry(1)), ledger.index.has(entry(3))]).toEqual([true, false]);
    await ledger.close();
    const { index } = await open();
    expect([index.has(entry(1)), index.has(entry(2)), index.has(entry(3)), index.size]).toEqual([
      ...[true, true, false, 2],
    ]);
  });

  test("has one line for each letter, which people can search", async () => {
    await ledgerWith(entry(7));
    expect(
      readFileSync(path, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ledger: "dashstream redrive ledger", version: 1, cluster_id: "cluster", topic: "telemetry-dlq" },
      {
        partition: 0,
        offset: 7,
        identity: "000000000007",
        target: "telemetry",
        record_id: "telemetry-0-7",
        sent_at: "2026-01-01T00:00:00.000Z",
      },
    ]);
  });

  test("tells letters apart by partition, target and what they hold", async () => {
    await ledgerWith(entry(1));
    const { index } = await open();
    expect(index.has(entry(1, { partition: 1 }))).toBe(false);
    expect(index.has(entry(1, { target: "other" }))).toBe(false);
    expect(index.has(entry(1, { identity: "00000000000f" }))).toBe(false);
  });

  test("knows the later of two letters that had the same place", async () => {
    await ledgerWith(entry(1), entry(1, { identity: "00000000000f" }));
    const { index } = await open();
    expect([index.has(entry(1)), index.has(entry(1, { identity: "00000000000f" })), index.size]).toEqual([
      ...[false, true, 1],
    ]);
  });

  test("is kept where others cannot read it", async () => {
    await ledgerWith(entry(1));
    expect(
      Bun.file(path)
        .stat()
        .then(({ mode }) => mode & 0o777),
    ).resolves.toBe(0o600);
  });
});

describe("a ledger after a kill", () => {
  test.each([
    ["in the middle of a line", (text: string) => text.slice(0, -20)],
    ["before the line feed", (text: string) => text.slice(0, -1)],
    ["with the last block not written", (text: string) => `${text.slice(0, -30)}${"\0".repeat(29)}\n`],
  ])("%s loses that line only, and goes on behind the one before", async (_, damage) => {
    await ledgerWith(entry(1), entry(2));
    writeFileSync(path, damage(readFileSync(path, "utf8")));
    const ledger = await open();
    expect([ledger.index.has(entry(1)), ledger.index.has(entry(2))]).toEqual([true, false]);
    expect(notes).toEqual([`${path}: the last line was not finished; its letter may be sent again`]);
    await ledger.append([entry(3)]);
    await ledger.close();
    notes = [];
    const { index } = await open();
    expect([1, 2, 3].map((offset) => index.has(entry(offset)))).toEqual([true, false, true]);
    expect(notes).toEqual([]);
  });

  test("while it was made is made anew", async () => {
    await ledgerWith();
    const whole = readFileSync(path, "utf8");
    for (const length of [0, 1, whole.length - 1]) {
      writeFileSync(path, whole.slice(0, length));
      await ledgerWith(entry(1));
      expect((await readLedger(options())).has(entry(1))).toBe(true);
      expect(readFileSync(path, "utf8").startsWith(whole)).toBe(true);
    }
  });

  test("is read without being mended if nothing is to be sent", async () => {
    await ledgerWith(entry(1), entry(2));
    const torn = readFileSync(path, "utf8").slice(0, -5);
    writeFileSync(path, torn);
    const index = await readLedger(options());
    expect([index.has(entry(1)), index.has(entry(2))]).toEqual([true, false]);
    expect(readFileSync(path, "utf8")).toBe(torn);
    expect(notes.length).toBe(1);
  });

  test("tells of damage further up, and keeps it", async () => {
    await ledgerWith(entry(1), entry(2));
    const lines = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, lines.toSpliced(2, 0, "garbage").join("\n"));
    const ledger = await open();
    expect([ledger.index.has(entry(1)), ledger.index.has(entry(2))]).toEqual([true, true]);
    expect(notes).toEqual([`${path}: line 3 is damaged; its letter may be sent again`]);
    expect(readFileSync(path, "utf8")).toContain("garbage\n");
  });
});

describe("a file that is no ledger for this", () => {
  test.each([
    ["of another topic", { ...SUBJECT, topic: "x-dlq" }, "it is about topic x-dlq, not telemetry-dlq"],
    ["of another cluster", { ...SUBJECT, clusterId: "x" }, "it is about cluster x, not cluster"],
  ])("a ledger %s is refused", async (_, subject, why) => {
    await (await open(subject)).close();
    await expect(open()).rejects.toThrow(`${path} cannot be used: ${why}`);
  });

  test.each(["hello\n", "hello", '{"a":1}\n', "\n"])("%j is refused, and not touched", async (content) => {
    await ledgerWith();
    writeFileSync(path, content);
    await expect(open()).rejects.toMatchObject({ code: "storage_failed" });
    expect(readFileSync(path, "utf8")).toBe(content);
    // It is not locked for ever either.
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("a ledger of a later version is refused", async () => {
    await ledgerWith();
    writeFileSync(path, readFileSync(path, "utf8").replace('"version":1', '"version":2'));
    await expect(open()).rejects.toThrow("its version is 2, expected 1");
  });

  test("a folder is refused", async () => {
    await expect(readLedger({ ...options(), path: folder })).rejects.toMatchObject({
      code: "storage_failed",
    });
  });
});

describe("two runs at once", () => {
  test("do not share a ledger", async () => {
    const ledger = await open();
    await expect(open()).rejects.toThrow(`the ledger ${path} is in use: process ${process.pid} holds it`);
    await ledger.close();
    await expect(open()).resolves.toBeDefined();
  });

  test("may share it if one only looks", async () => {
    const ledger = await open();
    await ledger.append([entry(1)]);
    expect((await readLedger(options())).has(entry(1))).toBe(true);
  });

  test("are told when the one before did not end in order", async () => {
    await ledgerWith();
    const dead = { pid: 1, place: systemProcesses.own().place, startedAt: "an earlier boot 1" };
    writeFileSync(`${path}.lock`, JSON.stringify(dead));
    await open();
    expect(notes).toEqual(["the last run (process 1) did not end in order; its lock was taken over"]);
  });
});

describe("the identity of a letter", () => {
  const record = dlqRecord({ key: "k", value: "v" });

  test("is the same for the same letter, wherever it is read from", () => {
    expect(identityOf(record)).toBe(identityOf({ ...record, headers: [["a", null]] }));
  });

  test.each([
    ["time", { timestampMs: T0 + 1 }],
    ["key", { key: Buffer.from("l") }],
    ["key and value together", { key: Buffer.from("kv"), value: null }],
    ["value", { value: Buffer.from("w") }],
    ["absence of a key", { key: null }],
  ])("differs with its %s", (_, change) => {
    expect(identityOf({ ...record, ...change })).not.toBe(identityOf(record));
  });
});

describe("the usual place of a ledger", () => {
  test("is with the state of the user, by cluster and topic", () => {
    const xdg = { XDG_STATE_HOME: "/state", HOME: "/home/me" };
    expect(defaultLedgerPath(xdg, "4L6g3nShT-eMCtK", "t-dlq")).toBe(
      "/state/dashstream/redrive/4L6g3nShT-eMCtK.t-dlq.jsonl",
    );
    const home = "/home/me/.local/state/dashstream/redrive/a_b.t-dlq.jsonl";
    expect(defaultLedgerPath({ HOME: "/home/me" }, "a/b", "t-dlq")).toBe(home);
    expect(defaultLedgerPath({ HOME: "/home/me", XDG_STATE_HOME: "rel" }, "a/b", "t-dlq")).toBe(home);
  });
});
