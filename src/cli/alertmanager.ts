// `dashstream alertmanager`: routes, receivers and inhibition for Alertmanager.

import type { Command } from "commander";
import type { Receiver } from "../alerts/alertmanager.ts";
import { DashstreamError } from "../errors.ts";
import { collect, defineCommand, gather } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { httpAddress } from "./http-address.ts";
import { writeOutputFile } from "./output-file.ts";
import { parseScale } from "./scale.ts";

interface Flags {
  readonly out?: string;
  readonly webhook?: readonly string[];
  readonly siteLabels?: readonly string[];
  readonly severalServers?: true;
  readonly scale: number;
}

export const alertmanagerCommand = defineCommand({
  name: "alertmanager",
  description: [
    "Print a configuration for Alertmanager: who is told of which alert, and which alerts another one mutes.",
    "",
    "Alerts go to a receiver of their priority (p0, p1, p2), the Watchdog to one of its own. Without an address a receiver notifies nobody.",
  ].join("\n"),
  examples: [
    ["alertmanager --webhook http://chat:8080/hook", "one address for p0, p1 and p2"],
    ["alertmanager --webhook p0=http://pager/ --webhook watchdog=https://hc.example/abc", "some by name"],
    ["alertmanager --site-labels cluster", "several sites share it: none mutes another's alerts"],
    ["alertmanager --out alertmanager.yml", "to a file"],
  ],
  configure: (command) => {
    command
      .option("--out <file>", "write it there; its directory must be there")
      .option(
        "--webhook <[receiver=]url>",
        "address of a receiver, or of p0, p1 and p2 that have none of their own; may be given several times",
        gather,
      )
      .option("--site-labels <names>", "labels of all alerts that tell sites apart, a comma list", collect)
      .option("--scale <factor>", "everybody is told so many times sooner, for drills", parseScale, 1)
      .option("--several-servers", "one server that is down mutes nothing of the others");
  },
  action: printConfig,
});

async function printConfig({ printer }: CliContext, command: Command): Promise<ExitCode> {
  const { out, webhook = [], siteLabels = [], severalServers = false, scale } = command.opts<Flags>();
  for (const label of siteLabels) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      throw new DashstreamError("usage", `--site-labels has "${label}", expected names of labels`);
    }
  }
  const { alertmanagerConfig, RECEIVERS } = await import("../alerts/alertmanager.ts");
  const webhooks = webhooksOf(webhook, RECEIVERS);
  const config = alertmanagerConfig({ webhooks, siteLabels, severalServers, scale });
  if (out === undefined) printer.text(config);
  else {
    writeOutputFile("--out", out, config);
    printer.line(`wrote ${out}`);
  }
  return 0;
}

/** One that names its receiver goes before one for all, whichever comes first; of two for the same the last one counts. */
function webhooksOf(
  given: readonly string[],
  known: readonly Receiver[],
): Partial<Readonly<Record<Receiver, string>>> {
  const general: Partial<Record<Receiver, string>> = {};
  const named: Partial<Record<Receiver, string>> = {};
  for (const text of given) {
    const [, name, address = ""] = /^(?:([\w-]+)=)?(.*)$/.exec(text) ?? [];
    const url = httpAddress("--webhook", address);
    if (name === undefined) {
      for (const receiver of known.filter(isPriority)) general[receiver] = url;
      continue;
    }
    const receiver = known.find((each) => each === name);
    if (receiver === undefined) {
      throw new DashstreamError("usage", `--webhook has "${name}=", expected one of ${known.join(", ")}`);
    }
    named[receiver] = url;
  }
  return { ...general, ...named };
}

function isPriority(receiver: Receiver): boolean {
  return receiver !== "watchdog";
}
