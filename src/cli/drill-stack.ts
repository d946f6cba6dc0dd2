// What of a live stack the flags of `dashstream drill` name: whom to ask, and what can be broken.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Environment } from "../config/environment.ts";
import { DashstreamError } from "../errors.ts";
import type { HostPort } from "../runtime/address.ts";
import type { CliContext } from "./context.ts";
import { isOnPath } from "./executable.ts";
import { baseAddress, httpAddress } from "./http-address.ts";
import { requireInputFile } from "./input-file.ts";

export interface StackFlags {
  readonly prometheus: string;
  readonly alertmanager?: string;
  readonly proxy?: string;
  readonly server: string;
  readonly services?: "docker";
  readonly composeFile: string;
  readonly envFile?: readonly string[];
  readonly targets?: string;
}

/** An answer that does not come is none. */
const DOCKER_TIMEOUT_MS = 30_000;
/** Each request to Prometheus, Alertmanager and the fault proxy. */
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 1_048_576;
const PROXY_CREDENTIALS =
  "expected the admin token of the fault proxy in ADMIN_TOKEN, or in the file of --admin-token-file";

/**
 * @param token for the fault proxy
 * @throws DashstreamError `usage` naming the flag that is wrong
 */
export async function stackParts(flags: StackFlags, token: string | null) {
  const [
    { prometheusApi },
    { remoteFaults },
    { dockerServices },
    { targetFiles, listedTargets },
    { alertmanagerApi },
  ] = await Promise.all([
    import("../../sim/drill/prometheus-api.ts"),
    import("../../sim/drill/remote-faults.ts"),
    import("../../sim/drill/docker-services.ts"),
    import("../../sim/drill/target-files.ts"),
    import("../../sim/drill/alertmanager-api.ts"),
  ]);
  const client = (flag: string, given: string, program?: string) => ({
    named: program === undefined ? { flag, url: given } : { flag, url: given, program },
    fetch,
    timeout: () => AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const admin = (given: string) => ({
    ...client("--proxy", given),
    named: { flag: "--proxy", url: given, credentials: PROXY_CREDENTIALS },
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  return {
    prometheus: prometheusApi(
      baseAddress("--prometheus", flags.prometheus),
      client("--prometheus", flags.prometheus, "Prometheus"),
    ),
    alertmanager:
      flags.alertmanager === undefined
        ? null
        : alertmanagerApi(
            baseAddress("--alertmanager", flags.alertmanager),
            client("--alertmanager", flags.alertmanager, "Alertmanager"),
          ),
    remote:
      flags.proxy === undefined
        ? null
        : remoteFaults(baseAddress("--proxy", flags.proxy), admin(flags.proxy)),
    services:
      flags.services === undefined
        ? null
        : dockerServices({ run: program({}), composeFile: flags.composeFile, envFiles: flags.envFile ?? [] }),
    discovery: flags.targets === undefined ? null : targetFiles(flags.targets),
    targets: flags.targets === undefined ? [] : listedTargets(flags.targets),
    server: serverAddress(flags.server),
    serverUrl: flags.server,
  };
}

function program(options: { readonly env?: Environment; readonly timeout?: number }) {
  return async (name: string, args: readonly string[]) =>
    (await promisify(execFile)(name, args, { maxBuffer: MAX_OUTPUT_BYTES, ...options })).stdout;
}

/**
 * What `docker` will need when a scenario is already under way.
 * @throws DashstreamError `usage` naming the flag of what is not there, or `server_unreachable` if docker does not answer
 */
export async function requireServices(
  { services, composeFile, envFile = [] }: StackFlags,
  { env, readFile }: Pick<CliContext, "env" | "readFile">,
): Promise<void> {
  if (services === undefined) return;
  if (!isOnPath(services, env)) {
    throw new DashstreamError(
      "usage",
      `--services is "${services}", expected a program ${services} on PATH, which has none`,
    );
  }
  requireInputFile(readFile, "--compose-file", composeFile);
  for (const file of envFile) requireInputFile(readFile, "--env-file", file);
  const { requireDocker } = await import("../../sim/drill/docker-services.ts");
  await requireDocker({ run: program({ env, timeout: DOCKER_TIMEOUT_MS }), composeFile, envFiles: envFile });
}

/** Its WebSocket is spoken over a plain socket. */
function serverAddress(text: string): HostPort {
  const { protocol, hostname, port } = new URL(httpAddress("--server", text));
  if (protocol !== "http:")
    throw new DashstreamError("usage", `--server is "${text}", expected http://host:port`);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || "80") };
}
