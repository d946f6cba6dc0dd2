// The table of blocks against the pages: nothing is left out, nothing is there that is gone, and what it says can be so.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { BLOCKS_REPORT } from "../../../src/alerts/generated-files.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { type Block, blockAt, ourBlocks, piecesOf, placeOf, printedBlocks } from "./blocks.ts";
import type { BlockEntry } from "./entry.ts";
import { blocksReport, UNKNOWN_COMMAND } from "./report.ts";
import { SITUATIONS } from "./situations/situations.ts";
import { TABLE } from "./table/table.ts";

const printed = printedBlocks();
const blocks = [...ourBlocks(), ...(printed ?? [])];
/** Entries of blocks that can be looked at here. */
const entries = TABLE.filter(({ edition }) => edition === "ours" || printed !== null);
const nameOf = (each: Block | BlockEntry) => `${each.edition} ${placeOf(each)}`;
const pieces = entries.flatMap((entry) => {
  const block = blockAt(blocks, entry);
  const texts = block === undefined ? [] : piecesOf(block);
  return entry.pieces.map((piece, index) => ({
    name: `${nameOf(entry)}.${index + 1}`,
    piece,
    text: texts[index] ?? "",
  }));
});

describe("the table of blocks", () => {
  test("has every block, each once, and no other", () => {
    const named = entries.map(nameOf);
    expect(named.toSorted()).toEqual(blocks.map(nameOf).toSorted());
    expect(new Set(named).size).toBe(named.length);
    expect(blocks.length).toBeGreaterThan(200);
  });

  test("has every piece of each block", () => {
    const count = (each: Block) => [nameOf(each), piecesOf(each).length];
    const counted = entries.map((entry) => [nameOf(entry), entry.pieces.length]);
    expect(counted.toSorted()).toEqual(blocks.map(count).toSorted());
  });

  test("types differently only what stands there", () => {
    for (const { name, piece, text } of pieces) {
      for (const part of Object.keys(piece.altered?.parts ?? {})) {
        expect([name, part, text.includes(part)]).toEqual([name, part, true]);
      }
    }
  });

  test("places each in a situation, all of which are used", () => {
    const known = SITUATIONS.map(({ name }) => name);
    expect([...new Set(pieces.map(({ piece }) => piece.in))].toSorted()).toEqual(known.toSorted());
  });

  test("plays situations in which every alert that somebody answers fires", () => {
    const played = new Set(SITUATIONS.flatMap(({ alerts }) => alerts));
    const answered = ALERTS.filter(({ priority }) => priority !== null).map(({ name }) => name);
    expect(answered.filter((name) => !played.has(name))).toEqual([]);
  });

  test("finds nothing in our pages that does not work", () => {
    expect(pieces.filter(({ name, piece }) => name.startsWith("ours") && piece.verdict !== "works")).toEqual(
      [],
    );
  });

  test("names the page that has the corrected form of what fails, and why it fails", () => {
    const pages = new Set(ourBlocks().map(({ page }) => page));
    for (const { name, piece } of pieces) {
      if (piece.verdict === "fails") {
        expect([name, pages.has(piece.instead ?? "")]).toEqual([name, true]);
      }
      if (piece.verdict !== "works") expect([name, piece.because ?? ""]).not.toEqual([name, ""]);
    }
  });

  test("shows remedies to cure only alerts that fire in their situation", () => {
    for (const { name, piece } of pieces) {
      const alerts = SITUATIONS.find((situation) => situation.name === piece.in)?.alerts ?? [];
      for (const alert of piece.cures ?? [])
        expect([name, alerts]).toEqual([name, expect.arrayContaining([alert])]);
    }
  });
});

describe("the check that all containers are up again", () => {
  const check = TABLE.find((entry) => nameOf(entry) === "ours service-down: Verification, 5")?.pieces[0]
    ?.check;
  const row = (name: string, status: string) =>
    `dashstream-${name}   image:1   "dashstream"   dashstream-${name}   5 minutes ago   ${status}   3002/tcp`;
  const good = {
    topics: "Exited (0) 4 minutes ago",
    sim: "Up 5 minutes",
    kafka: "Up 5 minutes (healthy)",
    redis: "Up 5 minutes (healthy)",
    prometheus: "Up 5 minutes (healthy)",
    "quality-monitor": "Up 5 minutes (healthy)",
    "prometheus-exporter": "Up 5 minutes (healthy)",
    "websocket-server": "Up 5 seconds (healthy)",
  };
  const problemWith = (statuses: Readonly<Record<string, string>>) => {
    const rows = Object.entries(statuses).map(([name, status]) => row(name, status));
    const heading = "NAME   IMAGE   COMMAND   SERVICE   CREATED   STATUS   PORTS";
    const stdout = [heading, ...rows, ""].join("\n");
    return check?.({ stdout, stderr: "", statuses: [0], isLate: false }, new Map());
  };

  test("passes when they are, but for those that end or have no health check", () => {
    expect(problemWith(good)).toBeNull();
  });

  test.each([
    ["quality-monitor", "Exited (137) 5 minutes ago"],
    ["prometheus", "Up 5 minutes"],
    ["prometheus", "Restarting (1) 5 seconds ago"],
    ["kafka", "Up 5 minutes (unhealthy)"],
    ["websocket-server", "Up 5 seconds (health: starting)"],
    ["sim", "Exited (1) 5 minutes ago"],
  ])("does not pass while %s is %s", (name, status) => {
    expect(problemWith({ ...good, [name]: status })).toContain(`dashstream-${name} `);
  });

  test("does not pass while one of them is not listed", () => {
    const { redis: _, ...others } = good;
    expect(problemWith(others)).toContain("dashstream-redis");
  });
});

test("the report is what the table says (make runbook-table)", () => {
  const committed = readFileSync(new URL(`../../../${BLOCKS_REPORT}`, import.meta.url), "utf8");
  const generated = blocksReport(TABLE, SITUATIONS, blocks);
  // Without the printed runbook its commands are not known.
  const comparable = (text: string) =>
    printed === null
      ? text.replaceAll(/^(\| [^|]* \| )(?:`(?:[^`]|\\\|)*`|…)( \| )/gm, `$1${UNKNOWN_COMMAND}$2`)
      : text;
  expect(comparable(generated)).toBe(comparable(committed));
});
