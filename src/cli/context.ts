// What commands get from outside: the environment, ways out of the process, and the seams that tests replace.

import type { Environment } from "../config/environment.ts";
import type { ReadFile } from "../config/kind.ts";
import type { BuildInfo } from "../runtime/build-info.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ServeHttp } from "../runtime/http.ts";
import type { Network } from "../runtime/network.ts";
import type { Random } from "../runtime/random.ts";
import type { Printer } from "./printer.ts";

export interface CliContext {
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly printer: Printer;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly serve: ServeHttp;
  readonly build: BuildInfo;
  /** Aborts when the user or the system asks the process to end. */
  readonly interrupted: AbortSignal;
  /** Calls `reload` whenever the system asks the process to read its files again; gives what stops that. */
  readonly onReloadRequest: (reload: () => void) => () => void;
}

/** 0 = done, 1 = failed, 2 = wrong command line or configuration. */
export type ExitCode = 0 | 1 | 2;
