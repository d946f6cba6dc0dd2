// `dashstream rules`: the alerts as a rule file for Prometheus.

import { type Command, Option } from "commander";
import type { RuleFileOptions, RuleFormat } from "../alerts/rule-file.ts";
import { collect, defineCommand, gather } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { baseAddress } from "./http-address.ts";
import { writeOutputFile } from "./output-file.ts";
import type { Printer } from "./printer.ts";
import { parseScale } from "./scale.ts";
import { printTable } from "./table.ts";

interface Flags {
  readonly out?: string;
  readonly scale: number;
  readonly components?: readonly string[];
  readonly threshold?: readonly string[];
  readonly runbookUrl?: string;
  readonly dashboardUrl?: string;
  readonly format: RuleFormat;
  readonly list?: true;
  readonly json?: true;
}

/** Faster than that Prometheus would have to scrape more often than four times a second. */

export const rulesCommand = defineCommand({
  name: "rules",
  description: [
    "Print the alerts as a rule file for Prometheus.",
    "",
    "Rules on what a site does not run are left out. --scale is for live drills: windows, durations and ages are divided by it, and so are counts; rates, shares and latencies stay.",
  ].join("\n"),
  examples: [
    ["rules --out alert_rules.yml", "all alerts"],
    ["rules --components websocket-server", "of a site without companion services and Redis"],
    ["rules --threshold KafkaConsumerLagHigh.lag=20000", "other numbers; may be given several times"],
    ["rules --threshold E2ELatencyHigh.for=10m", "also windows and for how long"],
    ["rules --scale 10", "for a drill: what takes five minutes takes thirty seconds"],
    ["rules --list", "all alerts with what can be set"],
    ["rules --format kubernetes | kubectl apply -f -", "a PrometheusRule"],
  ],
  configure: (command) => {
    command
      .option("--out <file>", "write it there; its directory must be there")
      .option("--scale <factor>", "everything happens so many times faster", parseScale, 1)
      .option("--components <names>", "what the site runs, a comma list; default: everything", collect)
      .option("--threshold <alert.name=value>", "a number of a rule, may be given several times", gather)
      .option("--runbook-url <url>", "where the pages of `dashstream runbook` are served")
      .option("--dashboard-url <url>", "where Grafana is")
      .addOption(
        new Option("--format <format>", "form of the file")
          .choices(["prometheus", "kubernetes"])
          .default("prometheus"),
      )
      .option("--list", "a table of the alerts instead")
      .option("--json", "one JSON object");
  },
  action: printRules,
});

async function printRules(context: CliContext, command: Command): Promise<ExitCode> {
  const { printer } = context;
  const flags = command.opts<Flags>();
  const options = await ruleOptions(flags);
  if (flags.list) return await listAlerts(printer, options, flags.json === true);
  const [{ ruleFile }, { ruleGroups }] = await Promise.all([
    import("../alerts/rule-file.ts"),
    import("../alerts/rule-groups.ts"),
  ]);
  const groups = ruleGroups(options);
  if (flags.out !== undefined) {
    writeOutputFile("--out", flags.out, ruleFile(options));
    const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
    if (flags.json) printer.json({ file: flags.out, groups: groups.length, rules });
    else printer.line(`wrote ${flags.out}: ${rules} rules in ${groups.length} groups`);
  } else if (flags.json) printer.json({ groups });
  else printer.text(ruleFile(options));
  return 0;
}

async function ruleOptions(flags: Flags): Promise<RuleFileOptions> {
  const [{ parseComponents }, { parseThresholds }] = await Promise.all([
    import("../alerts/site-components.ts"),
    import("../alerts/thresholds.ts"),
  ]);
  const { components, threshold = [], runbookUrl, dashboardUrl, scale, format } = flags;
  return {
    scale,
    format,
    thresholds: parseThresholds(threshold),
    ...(components === undefined ? {} : { components: parseComponents(components) }),
    ...(runbookUrl === undefined ? {} : { runbookUrl: baseAddress("--runbook-url", runbookUrl) }),
    ...(dashboardUrl === undefined ? {} : { dashboardUrl: baseAddress("--dashboard-url", dashboardUrl) }),
  };
}

async function listAlerts(printer: Printer, options: RuleFileOptions, asJson: boolean): Promise<ExitCode> {
  const { alertList } = await import("../alerts/alert-list.ts");
  const alerts = alertList(options);
  if (asJson) {
    printer.json({ alerts });
    return 0;
  }
  const rows = alerts.map(({ alert, severity, priority, components, settings }) => [
    alert,
    severity,
    priority,
    components.join(" "),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
  ]);
  printTable(printer, ["alert", "severity", "priority", "component", "can be set"], rows);
  return 0;
}
