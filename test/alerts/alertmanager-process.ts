// A real Alertmanager on loopback, to be asked which alerts it mutes.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, spawnTied } from "../support/child-process.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";

export type AlertLabels = Readonly<Record<string, string>>;

interface ApiAlert {
  readonly labels: AlertLabels;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

export interface RunningAlertmanager {
  /** Tells it of firing alerts. */
  post(alerts: readonly AlertLabels[]): Promise<void>;
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
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus-alertmanager ended with ${child.exitCode}`);
    return await fetch(`${origin}/-/ready`).then(
      ({ ok }) => ok,
      // Nobody listens yet.
      () => false,
    );
  });
  return {
    async post(alerts) {
      const body = JSON.stringify(alerts.map((labels) => ({ labels })));
      const headers = { "content-type": "application/json" };
      const { ok, status } = await fetch(`${origin}/api/v2/alerts`, { method: "POST", headers, body });
      if (!ok) throw new Error(`alerts were refused with ${status}`);
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
