// The part of Alertmanager's HTTP API (v2) that a drill needs: which alerts are muted by others.

import { z } from "zod";
import { askJson, type JsonClientOptions, withoutSlash } from "./http-json.ts";

const alertsAnswer = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    fingerprint: z.string(),
    status: z.object({ inhibitedBy: z.array(z.string()) }),
  }),
);

/** An alert that nobody is told of, because another one explains it. */
export interface MutedAlert {
  readonly labels: Readonly<Record<string, string>>;
  /** Names of the alerts that mute it. */
  readonly by: readonly string[];
}

export interface AlertmanagerApi {
  /** Which are muted now. @throws DashstreamError `server_unreachable` or `server_refused` */
  muted(): Promise<readonly MutedAlert[]>;
}

export function alertmanagerApi(url: string, client: JsonClientOptions): AlertmanagerApi {
  const address = `${withoutSlash(url)}/api/v2/alerts`;
  return {
    async muted() {
      const alerts = await askJson(client, address, alertsAnswer);
      const names = new Map(alerts.map(({ fingerprint, labels }) => [fingerprint, labels.alertname ?? ""]));
      return alerts.flatMap(({ labels, status }) =>
        status.inhibitedBy.length === 0
          ? []
          : [{ labels, by: status.inhibitedBy.map((fingerprint) => names.get(fingerprint) ?? fingerprint) }],
      );
    },
  };
}
