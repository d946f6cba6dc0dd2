// One alert with every template of data/templates.json as an annotation. The texts there are those of promtool 3.

import templates from "./data/templates.json";
import type { RuleScene } from "./promtool-rig.ts";

export const TEMPLATES: readonly { readonly template: string; readonly text: string }[] = templates;

export function annotationName(index: number): string {
  return `a${String(index).padStart(3, "0")}`;
}

export function templateScene(): RuleScene {
  const annotations = Object.fromEntries(
    TEMPLATES.map(({ template }, index) => [annotationName(index), template]),
  );
  // JSON is YAML.
  const rules = JSON.stringify({
    groups: [{ name: "g", rules: [{ alert: "T", expr: "m > 0", annotations }] }],
  });
  return {
    rules,
    series: [
      'm{job="my job",instance="host.example.com:9090",path="/a&b"} 1234567.891',
      'n{x="b"} 5',
      'n{x="a"} 0.000123',
      'up{instance="i1"} 1',
    ],
    intervalMs: 60_000,
    evaluations: 1,
    externalLabels: { cluster: "c1" },
    externalUrl: "http://prom.example:9090/pre",
  };
}
