// Alertmanager, alone: the gossip between several would take a port that no compose file mentions.

import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, requireOnPath, withFlag } from "./program.ts";
import { programVersion } from "./program-help.ts";
import { projectLaunch } from "./prometheus-project.ts";

const PORT = 9093;
/** Names of the program in releases and in Debian. */
const PROGRAMS = ["alertmanager", "prometheus-alertmanager"] as const;
/** What the image is started with if the file says nothing. */
const DEFAULT_ARGS = ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"];

export const alertmanagerProgram: Program = {
  runs: ({ image }) => isImage(image, "alertmanager"),
  plan(site) {
    const { args, addresses, paths, service, which } = site;
    const program = requireOnPath(which, PROGRAMS, "prometheus-alertmanager");
    const given = args.length === 0 ? DEFAULT_ARGS.map(paths.replaceIn) : args;
    const address = `${LOOPBACK}:${addresses.portOf(service.name, PORT)}`;
    return projectLaunch(site, {
      title: "Alertmanager",
      program,
      version: programVersion(program),
      args: withFlag(withFlag(given, "--web.listen-address", address), "--cluster.listen-address", ""),
      address,
    });
  },
};
