// Jaeger all-in-one of release 1, a trace store with the query API of the runbook. It is built once a machine
// (`make jaeger`) and kept outside the tree. Suites that use it are declared with `describeReal("jaeger", ...)`.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { JAEGER_PATH, JAEGER_VERSION } from "../../compose/processes/built-programs.ts";
import { answers, ended, spawnTied, succeeds } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { builtProgram, type GoProgram } from "./go-program.ts";

const MODULE = `github.com/jaegertracing/jaeger@v${JAEGER_VERSION}`;
const NAME = "jaeger-all-in-one";

export const JAEGER: GoProgram = {
  title: `${NAME} ${JAEGER_VERSION}`,
  path: JAEGER_PATH,
  trial: ["version"],
  async build(folder) {
    const download = Bun.spawn(["go", "mod", "download", "-json", MODULE], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const answer = await new Response(download.stdout).text();
    if ((await download.exited) !== 0) return false;
    const { Dir: sources } = JSON.parse(answer) as { readonly Dir: string };
    // Its module file has replacements, which `go install` refuses; and the module cache can only be read.
    const copy = join(folder, "sources");
    cpSync(sources, copy, { recursive: true });
    if (!(await succeeds(["chmod", "-R", "u+w", copy]))) return false;
    return succeeds(["go", "build", "-o", join(folder, NAME), "./cmd/all-in-one"], { cwd: copy });
  },
};

/** The program, or `null` if it was not built on this machine. */
export const jaegerPath = () => builtProgram(JAEGER);

export interface RunningJaeger {
  /** Where spans go, OTLP over HTTP, without a path. */
  readonly collector: string;
  /** Where traces are asked for, without a path. */
  readonly query: string;
  stop(): Promise<void>;
}

/** Starts one that keeps traces in memory. It never outlives the test process. */
export async function startJaeger(): Promise<RunningJaeger> {
  const [collector, query, admin, ...others] = await Promise.all(Array.from({ length: 7 }, freePort));
  const address = (port = 0) => `127.0.0.1:${port}`;
  const flags = {
    "collector.otlp.http.host-port": address(collector),
    "query.http-server.host-port": address(query),
    "admin.http.host-port": address(admin),
    // Not used here, and each open all the same.
    "collector.otlp.grpc.host-port": address(others[0]),
    "collector.grpc-server.host-port": address(others[1]),
    "collector.http-server.host-port": address(others[2]),
    "query.grpc-server.host-port": address(others[3]),
    "log-level": "error",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child = spawnTied([jaegerPath() ?? NAME, ...args], { stdio: "ignore" });
  await answers(child, NAME, `http://${address(admin)}/`);
  return {
    collector: `http://${address(collector)}`,
    query: `http://${address(query)}`,
    async stop() {
      child.kill("SIGTERM");
      await ended(child);
    },
  };
}
