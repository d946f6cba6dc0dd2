// Prometheus 3 and its promtool, the definition of correct PromQL and rules. Debian has 2.42, which differs at the borders
// of ranges; these are built once a machine (`make promtool3`) and kept outside the tree. Suites that use them are declared
// with `describeReal("promtool3", ...)` and `describeReal("prometheus3", ...)`.

import { basename } from "node:path";
import {
  PROMETHEUS3_MODULE_VERSION,
  PROMETHEUS3_PATH,
  PROMETHEUS3_VERSION,
  PROMTOOL3_PATH,
} from "../../compose/processes/built-programs.ts";
import { succeeds } from "./child-process.ts";
import { builtProgram, type GoProgram } from "./go-program.ts";

function programAt(path: string): GoProgram {
  const name = basename(path);
  const source = `github.com/prometheus/prometheus/cmd/${name}@${PROMETHEUS3_MODULE_VERSION}`;
  return {
    title: `${name} ${PROMETHEUS3_VERSION}`,
    path,
    // Without service discovery, which is most of the code and of no use here.
    build: (folder) =>
      succeeds(["go", "install", "-tags", "remove_all_sd", source], { env: { GOBIN: folder } }),
    trial: ["--version"],
  };
}

export const PROMTOOL3 = programAt(PROMTOOL3_PATH);
export const PROMETHEUS3 = programAt(PROMETHEUS3_PATH);

/** promtool, or `null` if it was not built on this machine. */
export const promtool3Path = () => builtProgram(PROMTOOL3);

/** Prometheus itself, or `null` if it was not built on this machine. */
export const prometheus3Path = () => builtProgram(PROMETHEUS3);
