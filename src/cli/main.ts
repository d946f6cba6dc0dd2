#!/usr/bin/env bun
// The program: connects the commands to the machine.

import { readFileSync } from "node:fs";
import { buildInfo } from "../runtime/build-info.ts";
import { systemClock } from "../runtime/clock.ts";
import { interruptSignal } from "../runtime/interrupt.ts";
import { systemNetwork } from "../runtime/network.ts";
import { systemRandom } from "../runtime/random.ts";
import { onReloadRequest } from "../runtime/reload.ts";
import { serveHttp } from "../runtime/serve.ts";
import { createPrinter, descriptorOutput } from "./printer.ts";
import { COMMANDS } from "./program.ts";
import { runCommandLine } from "./run.ts";

// A reader that has seen enough, such as `head`, closes the pipe: nothing is left to say.
const stop = () => process.exit(0);

const exitCode = await runCommandLine(
  process.argv.slice(2),
  {
    env: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
    printer: createPrinter(descriptorOutput(1, stop), descriptorOutput(2, stop), process.env),
    clock: systemClock,
    random: systemRandom,
    network: systemNetwork,
    serve: serveHttp,
    build: buildInfo,
    interrupted: interruptSignal(),
    onReloadRequest,
  },
  COMMANDS,
);
// What an orderly end gave up on, or a library keeps open, must not hold the process: all output is out already.
process.exit(exitCode);
