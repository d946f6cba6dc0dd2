// A real Alertmanager on loopback, to be asked which alerts it mutes and how it groups them.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, ended, spawnTied } from "../support/child-process.ts";
import { freePort } from "../support/free-port.ts";

/** Before any alert of a test began. */
const LONG_AGO = "2026-01-01T00:00:00Z";

export type AlertLabels = Readonly<Record<string, string>>;

interface ApiAlert {
  readonly labels: AlertLabels;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

interface ApiGroup {
  readonly labels: AlertLabels;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly ApiAlert[];
}

export interface RunningAlertmanager {
  /** Tells it of firing alerts. */
  post(alerts: readonly AlertLabels[]): Promise<void>;
  /** Tells it that these fire no longer. */
  resolve(alerts: readonly AlertLabels[]): Promise<void>;
  /** What it tells of together, and whom. */
  groups(): Promise<readonly ApiGroup[]>;
  /** Those it knows. */
  alerts(): Promise<readonly ApiAlert[]>;
  stop(): Promise<void>;
}

/** Resolves once it answers. */
export async function startAlertmanager(config: string): Promise<RunningAlertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
  const configFile = join(folder, "alertmanager.yml");
  writeFileSync(configFile, config);
  const origin = `http://127.0.0.1:${await freePort()}`;
  const child = spawnTied(
    [
      "prometheus-alertmanager",
      `--config.file=${configFile}`,
      `--storage.path=${folder}`,
      `--web.listen-address=${origin.replace("http://", "")}`,
      "--cluster.listen-address=",
      "--log.level=error",
    ],
    { stdio: "ignore" },
  );
  await answers(child, "prometheus-alertmanager", `${origin}/-/ready`);
  async function send(alerts: readonly object[]): Promise<void> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(alerts);
    const { ok, status } = await fetch(`${origin}/api/v2/alerts`, { method: "POST", headers, body });
    if (!ok) throw new Error(`alerts were refused with ${status}`);
  }
  return {
    post: (alerts) => send(alerts.map((labels) => ({ labels }))),
    resolve(alerts) {
      const endsAt = new Date().toISOString();
      return send(alerts.map((labels) => ({ labels, startsAt: LONG_AGO, endsAt })));
    },
    async groups() {
      const response = await fetch(`${origin}/api/v2/alerts/groups`);
      return (await response.json()) as readonly ApiGroup[];
    },
    async alerts() {
      const response = await fetch(`${origin}/api/v2/alerts`);
      return (await response.json()) as readonly ApiAlert[];
    },
    async stop() {
      child.kill("SIGKILL");
      await ended(child);
    },
  };
}
