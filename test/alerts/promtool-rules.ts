// Rules on hand-made series, judged by promtool.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ruleFile } from "../../src/alerts/rule-file.ts";

/** Series by name with labels; values in promtool's notation, one every 15 s. */
export type InputSeries = Readonly<Record<string, string>>;

export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuleTest {
  readonly series: InputSeries;
  /** `10m`: when to look. */
  readonly at: string;
  /** Firing alerts as `Name{label="value"}`, without severity and priority; all of them. */
  readonly firing?: readonly string[];
  /** Alerts of one name as rendered; all of it. */
  readonly rendered?: { readonly alert: string; readonly alerts: readonly ExpectedAlert[] };
}

/** Firing alerts of ours, without the labels that are the same for all of a name. */
const FIRING =
  'sum without (severity, priority, alertstate) (ALERTS{alertstate="firing", alertname!="Watchdog"})';

/** What promtool has against it; "" if it is as expected. */
export function ruleComplaints(promtool: string, { series, at, firing, rendered }: RuleTest): string {
  const folder = mkdtempSync(join(tmpdir(), "rule-test-"));
  writeFileSync(join(folder, "rules.yml"), ruleFile());
  const test = {
    interval: "15s",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    ...(firing === undefined
      ? {}
      : {
          promql_expr_test: [
            {
              expr: FIRING,
              eval_time: at,
              exp_samples: firing.map((labels) => ({
                labels: labels.replace(/^(\w+)\{?/, '{alertname="$1",').replace(/,$/, "}"),
                value: 1,
              })),
            },
          ],
        }),
    ...(rendered === undefined
      ? {}
      : {
          alert_rule_test: [
            {
              eval_time: at,
              alertname: rendered.alert,
              exp_alerts: rendered.alerts.map(({ labels, annotations }) => ({
                exp_labels: labels,
                exp_annotations: annotations,
              })),
            },
          ],
        }),
  };
  const file = join(folder, "test.yml");
  writeFileSync(file, stringify({ rule_files: ["rules.yml"], evaluation_interval: "15s", tests: [test] }));
  const { stdout, stderr, exitCode } = Bun.spawnSync([promtool, "test", "rules", file]);
  return exitCode === 0 ? "" : `${stdout}${stderr}`;
}
