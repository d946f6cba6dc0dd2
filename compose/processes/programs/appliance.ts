// This program, from its sources or as the executable: the server, its companions, and whatever else of it a compose file
// runs.

import { join } from "node:path";
import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, type Readiness, type Site, withFlag } from "./program.ts";

const MAIN = join(import.meta.dir, "..", "..", "..", "src", "cli", "main.ts");

/** Of the image: what is kept is written below it. */
const WORKING_DIRECTORY = "/var/lib/dashstream";

/** A command that does not like its arguments has ended by then. */
const SETTLED_MS = 1_500;

/** The variables that say where a service of this program listens, with the port it has without them. */
const LISTENERS: Readonly<
  Record<string, { readonly host: string; readonly port: string; readonly standard: number }>
> = {
  serve: { host: "WEBSOCKET_HOST", port: "WEBSOCKET_PORT", standard: 3002 },
  "quality-monitor": { host: "HEALTH_BIND_IP", port: "HEALTH_PORT", standard: 3003 },
  exporter: { host: "METRICS_BIND_IP", port: "METRICS_PORT", standard: 9190 },
};

export const applianceProgram: Program = {
  runs: ({ image, isBuilt }) => isBuilt || isImage(image, "dashstream"),
  plan(site) {
    const { service, env, binary } = site;
    const given = /(^|\/)dashstream$/.test(site.args[0] ?? "") ? site.args.slice(1) : site.args;
    const args = given[0] === "fault-proxy" ? faultProxyArgs(given, site) : given;
    const cwd = site.paths.pathOf(WORKING_DIRECTORY);
    const listener = LISTENERS[args[0] ?? ""];
    const port =
      listener === undefined
        ? null
        : site.addresses.portOf(service.name, Number(env[listener.port] ?? listener.standard));
    const place = listener && port ? { [listener.host]: LOOPBACK, [listener.port]: String(port) } : {};
    return {
      command: [...(binary === null ? [process.execPath, MAIN] : [binary]), ...args],
      env: { ...env, ...place },
      ...(cwd === null ? {} : { cwd }),
      readiness: port === null ? otherReadiness(site) : httpReadiness(port),
      version: `dashstream ${args[0] ?? ""}`.trim(),
    };
  },
};

/** Where the fault proxy listens, with the ports it has without these flags. */
const FAULT_PROXY_LISTENERS: Readonly<Record<string, number>> = {
  "--listen-kafka": 19092,
  "--listen-redis": 16379,
  "--control": 8474,
};

/** It listens on shifted ports too, and tells clients of Kafka to come to this machine. */
function faultProxyArgs(args: readonly string[], { service, addresses }: Site): readonly string[] {
  const has = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const placed = Object.entries(FAULT_PROXY_LISTENERS).reduce(
    (words, [flag, port]) =>
      has(flag) ? words : withFlag(words, flag, `${LOOPBACK}:${addresses.portOf(service.name, port)}`),
    args,
  );
  return has("--advertise-kafka") ? withFlag(placed, "--advertise-kafka", LOOPBACK) : placed;
}

function httpReadiness(port: number): Readiness {
  return { kind: "http", url: `http://${LOOPBACK}:${port}/readyz` };
}

/** Of a command that is no service of its own: that its first port takes connections. */
function otherReadiness({ service, addresses }: Site): Readiness {
  const [first] = service.ports;
  return first === undefined
    ? { kind: "running", forMs: SETTLED_MS }
    : { kind: "tcp", port: addresses.portOf(service.name, first.target) };
}
