// Prometheus: the one of the cache folder, which is of release 3 like the image, else the one on PATH.

import { existsSync } from "node:fs";
import { DashstreamError } from "../../../src/errors.ts";
import { cachePath } from "../machine.ts";
import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, withFlag } from "./program.ts";
import { knownFlags, programVersion } from "./program-help.ts";

const PORT = 9090;
/** The release of the cache folder, which is named after its Go module. */
const CACHED = cachePath("prometheus", "v0.316.0", "prometheus");
const CACHED_VERSION = "3.16.0";
/** What the image is started with if the file says nothing. */
const DEFAULT_ARGS = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"];

export const prometheusProgram: Program = {
  runs: ({ image }) => isImage(image, "prometheus"),
  plan({ args, env, addresses, paths, service, which }) {
    const program = existsSync(CACHED) ? CACHED : which("prometheus");
    if (program === null) {
      throw new DashstreamError("storage_failed", "prometheus is not on PATH (Debian: prometheus)");
    }
    const given = args.length === 0 ? DEFAULT_ARGS.map(paths.replaceIn) : args;
    const address = `${LOOPBACK}:${addresses.portOf(service.name, PORT)}`;
    const known = knownFlags(program, withFlag(given, "--web.listen-address", address));
    const version = programVersion(program, program === CACHED ? CACHED_VERSION : undefined);
    return {
      command: [program, ...known.args],
      env,
      readiness: { kind: "http", url: `http://${address}/-/ready` },
      logsTo: "stderr",
      version: `Prometheus ${version}`,
      notes: known.dropped.map((flag) => `${service.name}: Prometheus ${version} has no ${flag}`),
    };
  },
};
