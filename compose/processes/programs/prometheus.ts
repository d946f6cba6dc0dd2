// Prometheus: the one of the cache folder, which is of release 3 like the image, else the one on PATH.

import { existsSync } from "node:fs";
import { cachePath } from "../machine.ts";
import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, requireOnPath, withFlag } from "./program.ts";
import { programVersion } from "./program-help.ts";
import { projectLaunch } from "./prometheus-project.ts";

const PORT = 9090;
/** The release of the cache folder, which is named after its Go module. */
const CACHED = cachePath("prometheus", "v0.316.0", "prometheus");
const CACHED_VERSION = "3.16.0";
/** What the image is started with if the file says nothing. */
const DEFAULT_ARGS = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"];

export const prometheusProgram: Program = {
  runs: ({ image }) => isImage(image, "prometheus"),
  plan(site) {
    const { args, addresses, paths, service, which } = site;
    const program = existsSync(CACHED) ? CACHED : requireOnPath(which, ["prometheus"]);
    const given = args.length === 0 ? DEFAULT_ARGS.map(paths.replaceIn) : args;
    const address = `${LOOPBACK}:${addresses.portOf(service.name, PORT)}`;
    return projectLaunch(site, {
      title: "Prometheus",
      program,
      version: programVersion(program, program === CACHED ? CACHED_VERSION : undefined),
      args: withFlag(given, "--web.listen-address", address),
      address,
    });
  },
};
