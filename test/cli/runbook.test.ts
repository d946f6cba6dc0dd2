import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runbookPages } from "../../src/alerts/pages/pages.ts";
import { runbookCommand } from "../../src/cli/runbook.ts";
import { runCommand } from "./cli-rig.ts";

const runbook = (...args: readonly string[]) => runCommand([runbookCommand], ["runbook", ...args]);

test("prints the index", async () => {
  const { exitCode, stdout } = await runbook();
  expect(exitCode).toBe(0);
  expect(stdout).toStartWith("# Runbook\n");
});

test.each(["WebSocketDlqBroken", "websocketdlqbroken", "websocket-dlq-broken", "websocket-dlq-broken.md"])(
  "prints the page of %s",
  async (name) => {
    const { stdout } = await runbook(name);
    expect(stdout).toStartWith("# WebSocketDlqBroken\n");
  },
);

test("gives programs a page as an object", async () => {
  const page = JSON.parse((await runbook("escalation", "--json")).stdout);
  expect(page).toEqual({ file: "escalation.md", text: expect.stringMatching(/^# Escalation\n/) });
});

test("writes all pages", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "runbook-")), "pages");
  const { exitCode, stdout } = await runbook("--out", folder);
  const pages = runbookPages();
  expect([exitCode, stdout]).toEqual([0, `wrote ${pages.length} pages to ${folder}\n`]);
  expect(readdirSync(folder).toSorted()).toEqual(pages.map(({ file }) => file).toSorted());
  for (const { file, text } of pages) expect(readFileSync(join(folder, file), "utf8")).toBe(text);
});

test("makes the folder of the pages, but not that above it", async () => {
  const above = join(mkdtempSync(join(tmpdir(), "runbook-")), "docs");
  const { exitCode, stderr } = await runbook("--out", join(above, "pages"));
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`there is no directory ${above}`)]);
  expect(existsSync(above)).toBe(false);
});

test.each([
  [
    ["SequenceGapDetected"],
    /no page "SequenceGapDetected", expected the name of an alert, or one of .*; did you mean SequenceGapsDetected\?/,
  ],
  [["escalate"], /expected the name of an alert, or one of .*escalation.*; did you mean escalation\?/],
  [
    ["nothing-like-it"],
    /no page "nothing-like-it", expected the name of an alert, or one of README, escalation, .*, settings\n/,
  ],
  [["ServiceDown", "--out", "x"], /--out and a page are both given/],
])("exits 2 for %j", async (args, reason) => {
  const { exitCode, stdout, stderr } = await runbook(...args);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(reason);
});
