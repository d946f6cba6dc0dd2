// Plays drills of a stack of real components, with the command as a user types it: `main.ts [--only ALERTS] [--scale 60]
// [--kafka 4] [--binary EXECUTABLE] [--json REPORT] [-- FLAGS OF THE DRILL]`. Asked to end, it has the drill put everything
// back and ends the stack. Best started in a namespace of its own, with which everything ends: services that the stand-in for
// docker starts are nobody's children.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { parseDotenv } from "../../../compose/processes/compose-file/dotenv.ts";
import type { Stack } from "../../../compose/processes/stack.ts";
import { alertmanagerConfig } from "../../../src/alerts/alertmanager.ts";
import { describeError } from "../../../src/errors.ts";
import { interruptSignal } from "../../../src/runtime/interrupt.ts";
import { freePort } from "../../support/free-port.ts";
import { releaseNamed, USUAL_KAFKA } from "../../support/kafka/usual-kafka.ts";
import { startDrillStack } from "./drill-stack.ts";

const { values, positionals: further } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    scale: { type: "string", default: "60" },
    kafka: { type: "string" },
    binary: { type: "string" },
    only: { type: "string" },
  },
});
const release = values.kafka === undefined ? USUAL_KAFKA : releaseNamed("--kafka", values.kafka);
const ROOT = join(import.meta.dir, "..", "..", "..");
const ENV_FILES = ["compose/.env", "compose/drill.env"];
/** As the compose file has it. */
const PROXY_TOKEN = "safe-to-break";

const scale = Number(values.scale);
const dir = mkdtempSync(join(tmpdir(), "dashstream-drill-stack-"));
const receiver = `127.0.0.1:${await freePort()}`;
const webhook = (name: string) => `http://${receiver}/${name}`;
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Under `bun test --no-orphans` the stand-in for docker would take the services with it that it starts. */
const { BUN_FEATURE_FLAG_NO_ORPHANS: _, ...environment } = process.env;

/** The arguments of a drill that may break everything of the stack. */
function drillOf(stack: Stack): readonly string[] {
  const url = (service: string, port: number) => `http://${stack.addressOf(service, port)}`;
  return [
    ...["drill", "--scale", String(scale), ...(values.json === undefined ? [] : ["--json"])],
    ...["--prometheus", url("dashstream-prometheus", 9090)],
    ...["--server", url("dashstream-websocket-server", 3002)],
    ...["--proxy", url("dashstream-fault-proxy", 8474)],
    ...["--kafka-brokers", stack.addressOf("dashstream-kafka", 9092)],
    ...["--services", "docker", "--compose-file", "compose/docker-compose.dashstream.yml"],
    ...ENV_FILES.flatMap((file) => ["--env-file", file]),
    ...["--targets", join(stack.pathOf("dashstream-prometheus", "/etc/prometheus"), "targets")],
    // Once in ten seconds is too seldom for rules that wait two.
    ...["--set", "KAFKA_LAG_CHECK_INTERVAL_SECS=1"],
    ...["--alertmanager", url("dashstream-alertmanager", 9093), "--receiver", receiver],
    ...(values.only ? ["--only", values.only] : []),
    ...further,
  ];
}

const interrupted = interruptSignal();
// A terminal that is closed, maybe behind a Ctrl-C: that is not to be asked twice.
process.on("SIGHUP", () => {
  if (!interrupted.aborted) process.kill(process.pid, "SIGTERM");
});
// Nobody reads it any more; what has to be ended is ended all the same.
process.stderr.on("error", () => {});
interrupted.addEventListener("abort", () => {
  say(`interrupted; the stack is ended. If it is not, STACK_DIR=${dir} WIPE=1 make stack-down does`);
});

/** Resolves with its exit code. */
async function drillWith(stack: Stack): Promise<number> {
  // A file that is there is written over from its beginning, and keeps its end.
  if (values.json !== undefined) rmSync(values.json, { force: true });
  const path = [join(ROOT, "compose/processes/stand-ins/bin"), stack.toolsDir, process.env.PATH].join(
    delimiter,
  );
  const program = values.binary === undefined ? [process.execPath, "src/cli/main.ts"] : [values.binary];
  const child = Bun.spawn([...program, ...drillOf(stack)], {
    cwd: ROOT,
    env: { ...environment, STACK_DIR: dir, PATH: path, ADMIN_TOKEN: PROXY_TOKEN },
    // Ctrl-C comes to it from here, once: twice means at once.
    detached: true,
    stdin: "ignore",
    stdout: values.json === undefined ? "inherit" : Bun.file(values.json),
    stderr: "inherit",
  });
  const interrupt = () => child.kill("SIGINT");
  interrupted.addEventListener("abort", interrupt);
  return await child.exited;
}

let stack: Stack | null = null;
try {
  stack = await startDrillStack(scale, {
    dir,
    say,
    isTied: false,
    portOffset: "free",
    kafka: release,
    binary: values.binary ?? null,
    profiles: ["drill"],
    variables: parseDotenv(ENV_FILES.map((file) => readFileSync(join(ROOT, file), "utf8")).join("\n")),
    alertmanagerConfig: alertmanagerConfig({
      scale,
      webhooks: { p0: webhook("p0"), p1: webhook("p1"), p2: webhook("p2"), watchdog: webhook("watchdog") },
    }),
    signal: interrupted,
  });
  if (!interrupted.aborted) {
    process.exitCode = await drillWith(stack);
    say(`the drill ended with exit code ${process.exitCode}`);
  }
} catch (error) {
  if (!interrupted.aborted) throw error;
  say(describeError(error));
} finally {
  await stack?.down().catch((error: unknown) => say(describeError(error)));
  rmSync(dir, { recursive: true });
}
if (interrupted.aborted) process.exitCode ||= 1;
// The listeners of signals would keep it.
process.exit();
