// Prometheus: the one of the cache folder, which is of release 3 like the image, else the one on PATH.

import { existsSync } from "node:fs";
import { PROMETHEUS3_PATH, PROMETHEUS3_VERSION } from "../built-programs.ts";
import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, requireOnPath, withFlag } from "./program.ts";
import { programVersion } from "./program-help.ts";
import { projectLaunch } from "./prometheus-project.ts";

const PORT = 9090;
/** What the image is started with if the file says nothing. */
const DEFAULT_ARGS = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"];

export const prometheusProgram: Program = {
  runs: ({ image }) => isImage(image, "prometheus"),
  plan(site) {
    const { args, addresses, paths, service, which } = site;
    const program = existsSync(PROMETHEUS3_PATH) ? PROMETHEUS3_PATH : requireOnPath(which, ["prometheus"]);
    const given = args.length === 0 ? DEFAULT_ARGS.map(paths.replaceIn) : args;
    const address = `${LOOPBACK}:${addresses.portOf(service.name, PORT)}`;
    return projectLaunch(site, {
      title: "Prometheus",
      program,
      version: programVersion(program, program === PROMETHEUS3_PATH ? PROMETHEUS3_VERSION : undefined),
      args: withFlag(given, "--web.listen-address", address),
      address,
    });
  },
};
