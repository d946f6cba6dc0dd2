// Rules and series made from a seed: alerts with and without `for` and `keep_firing_for` over series with gaps, staleness
// and changing values, and recording rules whose results they use.

import { seededRandom } from "../../../src/runtime/random.ts";
import type { RuleScene } from "./promtool-rig.ts";

export function generatedScene(seed: number): RuleScene {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly [T, ...T[]]): T =>
    items[Math.floor(random.next() * items.length)] ?? items[0];
  const series = ["a", "b", "c"].flatMap((job) =>
    ["x", "y"].map((zone) => `m{job="${job}",zone="${zone}"} ${values(20, pick)}`),
  );
  const rules: object[] = [
    { record: "job:m:sum", expr: pick(["sum by (job) (m)", "max by (job) (m)", "count by (job) (m > 1)"]) },
    { record: "m:old", expr: pick(["m offset 2m", "max_over_time(m[3m])", "m unless m offset 1m"]) },
  ];
  for (let index = 0; index < 6; index++) {
    const threshold = pick(["> 0", "> 1", "== 0", "< 2", "!= 2"]);
    rules.push({
      alert: `Alert${index}`,
      expr: `${pick(["m", "job:m:sum", "m:old", "sum(m)", 'm{job="a"}'])} ${threshold}`,
      for: pick(["0s", "0s", "1m", "2m", "90s", "5m"]),
      keep_firing_for: pick(["0s", "0s", "1m", "3m", "150s"]),
      labels: { level: pick(["low", "high"]), from: pick(["{{ $labels.job }}", "static"]) },
      annotations: { text: "{{ $labels.job }}/{{ $labels.zone }} is {{ $value | humanize }}" },
    });
  }
  return {
    rules: JSON.stringify({ groups: [{ name: "g", rules }] }),
    series,
    intervalMs: 60_000,
    evaluations: 24,
  };
}

function values(count: number, pick: <T>(items: readonly [T, ...T[]]) => T): string {
  const items: string[] = [];
  let last = "0";
  for (let index = 0; index < count; index++) {
    last = pick([last, last, last, pick(["0", "1", "2", "3.5"]), pick(["_", "stale", "0", "_x2"])]);
    items.push(last);
  }
  return items.join(" ");
}
