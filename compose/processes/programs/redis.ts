// Redis, or what calls itself redis-server on this machine.

import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, requireOnPath } from "./program.ts";
import { programVersion } from "./program-help.ts";

const PORT = 6379;
/** Working directory of the image. */
const DATA_FOLDER = "/data";

export const redisProgram: Program = {
  runs: ({ image }) => isImage(image, "redis") || isImage(image, "valkey"),
  plan({ args, env, addresses, paths, service, which }) {
    const program = requireOnPath(which, ["redis-server"]);
    const given = /(^|\/)(redis|valkey)-server$/.test(args[0] ?? "") ? args.slice(1) : args;
    const port = addresses.portOf(service.name, PORT);
    const placed = ["--port", String(port), "--bind", LOOPBACK, "--dir", paths.pathOf(DATA_FOLDER) ?? "."];
    return {
      command: [program, ...given, ...placed],
      env,
      readiness: { kind: "redis", port },
      version: `Redis ${programVersion(program)}`,
    };
  },
};
