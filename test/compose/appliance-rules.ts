// What the services of this project must keep to: commands, flags and variables exist, the health check asks the service
// itself, and what an operator is told to type works in the container.

import { parseFaultText } from "../../sim/faults/fault-text.ts";
import { checkTrafficFault } from "../../sim/faults/traffic-stage.ts";
import { COMMANDS } from "../../src/cli/program.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Command as CommandName } from "../../src/config/option.ts";
import { OPTION_ENTRIES } from "../../src/config/options.ts";
import { describeError } from "../../src/errors.ts";
import { startCommandLine } from "../cli/cli-rig.ts";
import type { Violation } from "./container-rules.ts";
import { type Service, type Stack, seconds } from "./stack-file.ts";

/** As `dashstream healthcheck` waits for an answer. */
const HEALTHCHECK_SECONDS = 5;

const COMMAND_NAMES = new Set<string>(OPTION_ENTRIES.flatMap(([, { commands }]) => commands));

/** The services that run the image of this project. */
export function appliances(stack: Stack): readonly (readonly [string, Service])[] {
  return Object.entries(stack.services).filter(([, { build }]) => build !== undefined);
}

/** What is wrong with a command line of the program; `null` if nothing. Does not run it. */
export async function commandLineProblem(words: readonly string[]): Promise<string | null> {
  const commands = COMMANDS.map((create): typeof create => (context, outcome) => {
    const command = create(context, outcome);
    return command.action(() => {});
  });
  const run = startCommandLine(commands, words);
  return (await run.exitCode) === 0 ? null : run.stderr.text.trim();
}

/** Commands and their flags. */
export async function commandLines(stack: Stack): Promise<readonly Violation[]> {
  const said = appliances(stack).map(async ([name, { command = [], healthcheck }]) => {
    const check = healthcheck?.test?.slice(1) ?? ["dashstream", "version"];
    const problems = [
      await commandLineProblem(command),
      check[0] === "dashstream"
        ? await commandLineProblem(check.slice(1))
        : `${check[0]} is not in the image`,
      ...faultProblems(command),
    ];
    return problems.flatMap((problem) => (problem === null ? [] : [`${name}: ${problem}`]));
  });
  return (await Promise.all(said)).flat();
}

function faultProblems(command: readonly string[]): readonly (string | null)[] {
  const faults = command.filter((_, index) => command[index - 1] === "--fault");
  return faults.map((text) => {
    try {
      checkTrafficFault(parseFaultText(text));
      return null;
    } catch (error) {
      return describeError(error);
    }
  });
}

/** Variables: known, of this command, with values that it takes. */
export function variables(stack: Stack): readonly Violation[] {
  return appliances(stack).flatMap(([name, { command = [], environment = {} }]) => {
    const [commandName = ""] = command;
    const own = OPTION_ENTRIES.map(([, option]) => option).filter(({ commands }) =>
      commands.some((each) => each === commandName),
    );
    const unknown = Object.keys(environment).filter((key) => !own.some(({ env }) => env.includes(key)));
    return [
      ...unknown.map((key) => `${name}: ${commandName} has no ${key}`),
      ...valueProblems(commandName, environment).map((problem) => `${name}: ${problem}`),
    ];
  });
}

function valueProblems(command: string, env: Readonly<Record<string, string>>): readonly string[] {
  if (!COMMAND_NAMES.has(command)) return [];
  const readFile = (path: string): string => {
    throw new Error(`${path} is not in the container`);
  };
  try {
    loadConfig({ env, flags: {}, readFile, command: command as CommandName, strict: true });
    return [];
  } catch (error) {
    return [describeError(error)];
  }
}

/** A health check asks for readiness, at a port of the service, and is waited for longer than it waits. */
export function healthChecks(stack: Stack): readonly Violation[] {
  return appliances(stack).flatMap(([name, { healthcheck, ports = [] }]) => {
    if (healthcheck?.test === undefined) return [];
    const { test, timeout = "0s" } = healthcheck;
    const url = test[test.indexOf("--url") + 1];
    const asked = url?.startsWith("http") ? new URL(url) : null;
    const own = ports.map((port) => port.split(":").at(-1));
    return [
      ...(seconds(timeout) <= HEALTHCHECK_SECONDS ? [`${name}: its check is cut off after ${timeout}`] : []),
      ...(asked !== null && !own.includes(asked.port) ? [`${name}: nothing of it is on ${asked.port}`] : []),
      ...(asked === null && !test.includes("--ready") ? [`${name}: is healthy before it is ready`] : []),
    ];
  });
}
