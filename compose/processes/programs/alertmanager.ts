// Alertmanager, alone: the gossip between several would take a port that no compose file mentions.

import { DashstreamError } from "../../../src/errors.ts";
import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, withFlag } from "./program.ts";
import { knownFlags, programVersion } from "./program-help.ts";

const PORT = 9093;
/** Names of the program in releases and in Debian. */
const PROGRAMS = ["alertmanager", "prometheus-alertmanager"];
/** What the image is started with if the file says nothing. */
const DEFAULT_ARGS = ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"];

export const alertmanagerProgram: Program = {
  runs: ({ image }) => isImage(image, "alertmanager"),
  plan({ args, env, addresses, paths, service, which }) {
    const program = PROGRAMS.map(which).find((path) => path !== null);
    if (program === undefined) {
      throw new DashstreamError(
        "storage_failed",
        "alertmanager is not on PATH (Debian: prometheus-alertmanager)",
      );
    }
    const given = args.length === 0 ? DEFAULT_ARGS.map(paths.replaceIn) : args;
    const address = `${LOOPBACK}:${addresses.portOf(service.name, PORT)}`;
    const placed = withFlag(withFlag(given, "--web.listen-address", address), "--cluster.listen-address", "");
    const known = knownFlags(program, placed);
    const version = programVersion(program);
    return {
      command: [program, ...known.args],
      env,
      readiness: { kind: "http", url: `http://${address}/-/ready` },
      logsTo: "stderr",
      version: `Alertmanager ${version}`,
      notes: known.dropped.map((flag) => `${service.name}: Alertmanager ${version} has no ${flag}`),
    };
  },
};
