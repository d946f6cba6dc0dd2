// `dashstream healthcheck`: asks a server whether it lives or is ready, for container health checks.

import type { Command } from "commander";
import { DashstreamError, describeError } from "../errors.ts";
import { defineCommand, wholeNumber } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import { serverOrigin } from "./server-address.ts";

interface Flags {
  readonly url?: string;
  readonly ready?: true;
  readonly timeout: number;
  readonly json?: true;
}

export const healthcheckCommand = defineCommand({
  name: "healthcheck",
  description: "Ask a server whether it is alive.",
  exitCodes: { 0: "it is", 1: "it is not, or does not answer" },
  examples: [
    ["healthcheck", "the server of this machine and configuration"],
    ["healthcheck --ready", "also has it joined Kafka"],
    ["healthcheck --url http://exporter:9190/readyz --timeout 2", "another service"],
  ],
  configure: (command) => {
    command
      .option("--url <url>", "address to ask instead of the configured server's /healthz or /readyz")
      .option("--ready", "ask /readyz: a member of the Kafka group and not shutting down")
      .option("--timeout <seconds>", "longest wait for an answer", wholeNumber(1, 3600), 5)
      .option("--json", "one JSON object");
    addOptionFlags(command, "healthcheck");
  },
  action: healthcheck,
});

async function healthcheck(context: CliContext, command: Command): Promise<ExitCode> {
  const flags = command.opts<Flags>();
  const { config } = loadCommandConfig(context, command, "healthcheck");
  const url = flags.url ?? `${serverOrigin(config)}/${flags.ready ? "readyz" : "healthz"}`;
  if (!URL.canParse(url))
    throw new DashstreamError("usage", `--url is "${url}", expected http://host:port/path`);
  const { healthy, detail } = await ask(url, flags.timeout * 1000);
  if (flags.json) context.printer.json({ healthy, url, detail });
  else if (healthy) context.printer.line(`healthy: ${url}`);
  else context.printer.error(`${url}: ${detail}`);
  return healthy ? 0 : 1;
}

async function ask(
  url: string,
  timeoutMs: number,
): Promise<{ readonly healthy: boolean; readonly detail: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    const body = (await response.text()).trim().slice(0, 500);
    return { healthy: response.ok, detail: `status ${response.status}: ${body}` };
  } catch (error) {
    const reason =
      error instanceof DOMException && error.name === "TimeoutError" ? "no answer in time" : null;
    return { healthy: false, detail: reason ?? describeError(error) };
  }
}
