import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alertmanagerConfig } from "../../src/alerts/alertmanager.ts";
import { alertmanagerCommand } from "../../src/cli/alertmanager.ts";
import { runCommand } from "./cli-rig.ts";

const alertmanager = (...args: readonly string[]) =>
  runCommand([alertmanagerCommand], ["alertmanager", ...args]);

test("prints the configuration", async () => {
  expect(await alertmanager()).toEqual({ exitCode: 0, stdout: alertmanagerConfig(), stderr: "" });
});

test("an address without a name is for all priorities, and those with one for theirs", async () => {
  const { stdout } = await alertmanager(
    ...[
      "--webhook",
      "http://chat:8080/hook?a=b",
      "--webhook",
      "p0=http://pager/",
      "--webhook",
      "watchdog=https://hc/x",
    ],
  );
  const chat = "http://chat:8080/hook?a=b";
  const webhooks = { p0: "http://pager/", p1: chat, p2: chat, watchdog: "https://hc/x" };
  expect(stdout).toBe(alertmanagerConfig({ webhooks }));
});

test("an address with a name goes before one without, whichever comes first; of two for the same the last counts", async () => {
  const given = ["p0=http://first/", "p0=http://pager/", "http://other/", "http://chat/"];
  const { stdout } = await alertmanager(...given.flatMap((text) => ["--webhook", text]));
  const webhooks = { p0: "http://pager/", p1: "http://chat/", p2: "http://chat/" };
  expect(stdout).toBe(alertmanagerConfig({ webhooks }));
});

test("an address without a name is not the Watchdog's", async () => {
  const { stdout } = await alertmanager("--webhook", "http://chat/");
  expect(stdout).toBe(
    alertmanagerConfig({ webhooks: { p0: "http://chat/", p1: "http://chat/", p2: "http://chat/" } }),
  );
});

test("names labels that tell sites apart, and knows of several servers", async () => {
  const { stdout } = await alertmanager("--site-labels", "cluster,region", "--several-servers");
  expect(stdout).toBe(alertmanagerConfig({ siteLabels: ["cluster", "region"], severalServers: true }));
});

test("writes a file", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "alertmanager-")), "alertmanager.yml");
  expect((await alertmanager("--out", file)).stdout).toBe(`wrote ${file}\n`);
  expect(readFileSync(file, "utf8")).toBe(alertmanagerConfig());
});

test.each([
  [["--webhook", "pager=http://x/"], '--webhook has "pager=", expected one of p0, p1, p2, watchdog'],
  [["--webhook", "p0=x"], '--webhook is "x", expected http://host:port/path or https://...'],
  [["--site-labels", "my-cluster"], '--site-labels has "my-cluster", expected names of labels'],
])("exits 2 for %j", async (args, reason) => {
  const { exitCode, stdout, stderr } = await alertmanager(...args);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(reason);
});
