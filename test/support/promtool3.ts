// Prometheus 3 and its promtool, the definition of correct PromQL and rules. Debian has 2.42, which differs at the borders
// of ranges; these are built once a machine (`make promtool3`) and kept outside the tree. Suites that use them are declared
// with `describeReal("promtool3", ...)` and `describeReal("prometheus3", ...)`.

import { cachePath } from "../../compose/processes/machine.ts";
import { builtProgram, type GoProgram, succeeds } from "./go-program.ts";

/** The release of Prometheus 3.16 as a Go module. */
export const PROMTOOL3_VERSION = "v0.316.0";

function programOf(name: "promtool" | "prometheus"): GoProgram {
  const source = `github.com/prometheus/prometheus/cmd/${name}@${PROMTOOL3_VERSION}`;
  return {
    title: `${name} ${PROMTOOL3_VERSION}`,
    path: cachePath(name, PROMTOOL3_VERSION, name),
    // Without service discovery, which is most of the code and of no use here.
    build: (folder) =>
      succeeds(["go", "install", "-tags", "remove_all_sd", source], { env: { GOBIN: folder } }),
    trial: ["--version"],
  };
}

export const PROMTOOL3 = programOf("promtool");
export const PROMETHEUS3 = programOf("prometheus");

/** promtool, or `null` if it was not built on this machine. */
export const promtool3Path = () => builtProgram(PROMTOOL3);

/** Prometheus itself, or `null` if it was not built on this machine. */
export const prometheus3Path = () => builtProgram(PROMETHEUS3);
