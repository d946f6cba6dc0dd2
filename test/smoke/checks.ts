// What the program must do when it is started from an empty directory, as data: the commands and what is expected
// of each. The directory holds a hostile `.env` and `bunfig.toml`; a program that reads them fails these checks.

export interface Run {
  /** `null` if the program was ended because it took too long. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Check {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Text on standard output on which the program is sent SIGTERM, for one that runs until then. */
  readonly endOn?: string;
  /** What is wrong with the run, or `null`. */
  readonly judge: (run: Run) => string | null;
}

/** Appears in every value that the hostile files set and in all that they print. */
export const HOSTILE = "hostile";

/** Files that lie in the directory in which the program is started. */
export const HOSTILE_FILES: Readonly<Record<string, string>> = {
  ".env": `KAFKA_BROKERS=${HOSTILE}.invalid:1\nKAFKA_TOPIC=${HOSTILE}\nLOG_LEVEL=${HOSTILE}\nWEBSOCKET_PORT=${HOSTILE}\n`,
  "bunfig.toml": 'preload = ["./preload.js"]\n',
  "preload.js": `process.stdout.write("${HOSTILE} preload\\n");\n`,
};

const COMMAND_TIMEOUT_MS = 20_000;
const DEMO_SECONDS = 5;
/** Start, run and orderly end of the demo, on a busy machine. */
const DEMO_TIMEOUT_MS = 60_000;
/** One scenario in a process of its own, on a busy machine. */
const VERIFY_TIMEOUT_MS = 90_000;

function expectExit(run: Run, exitCode: number): string | null {
  if (run.exitCode === null) return "did not end in time";
  if (`${run.stdout}${run.stderr}`.includes(HOSTILE)) return "took a value from a file beside it";
  return run.exitCode === exitCode ? null : `exit code ${run.exitCode}, expected ${exitCode}`;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

/** A JSON object, or `null` if it is none: the caller says so and shows the text. */
function readReport(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const report: unknown = JSON.parse(text);
    return typeof report === "object" && report !== null ? { ...report } : null;
  } catch {
    return null;
  }
}

/** The demo's last line: something was produced, all of it was delivered, nothing went wrong on the way. */
export function judgeDemo(run: Run): string | null {
  const wrongExit = expectExit(run, 0);
  if (wrongExit !== null) return wrongExit;
  const summary = readReport(lastLine(run.stdout));
  if (summary === null) return `the last line is no JSON object: ${lastLine(run.stdout)}`;
  const { produced, delivered } = summary;
  if (typeof produced !== "number" || produced <= 0) return `produced is ${produced}, expected more than 0`;
  if (delivered !== produced) return `delivered is ${delivered}, expected ${produced}`;
  const mustBeZero = ["lost", "duplicated", "gaps", "dead_letters"].find((name) => summary[name] !== 0);
  return mustBeZero === undefined ? null : `${mustBeZero} is ${summary[mustBeZero]}, expected 0`;
}

/** The JSON report of a verification: every alert that was asked for is proven. */
export function judgeVerify(run: Run): string | null {
  const wrongExit = expectExit(run, 0);
  if (wrongExit !== null) return wrongExit;
  const alerts = readReport(run.stdout)?.alerts;
  if (!Array.isArray(alerts) || alerts.length === 0) return `no alerts in: ${run.stdout.slice(0, 500)}`;
  const open = alerts.filter((alert: unknown) => !isProven(alert));
  return open.length === 0 ? null : `not proven: ${JSON.stringify(open)}`;
}

function isProven(alert: unknown): boolean {
  return typeof alert === "object" && alert !== null && "proven" in alert && alert.proven === true;
}

/** A service opens its port without Kafka, and ends in order when it is asked to. */
function serviceCheck(args: readonly string[], env: Readonly<Record<string, string>>): Check {
  return {
    name: `${args.join(" ")} starts without Kafka, and ends in order on SIGTERM`,
    args,
    env: { KAFKA_BROKERS: "127.0.0.1:1", ...env },
    timeoutMs: COMMAND_TIMEOUT_MS,
    endOn: "protobuf version",
    judge: (run) =>
      expectExit(run, 0) ?? (run.stdout.includes("ended in order") ? null : `not in order: ${run.stdout}`),
  };
}

/** The checks of a program with this version. */
export function checksOf(version: string): readonly Check[] {
  return [
    {
      name: "version names the version",
      args: ["version"],
      timeoutMs: COMMAND_TIMEOUT_MS,
      judge: (run) =>
        expectExit(run, 0) ?? (run.stdout.includes(version) ? null : `no ${version} in: ${run.stdout}`),
    },
    {
      name: "config check accepts an empty environment",
      args: ["config", "check", "--strict"],
      timeoutMs: COMMAND_TIMEOUT_MS,
      judge: (run) => expectExit(run, 0),
    },
    {
      name: "config print shows no value of a file beside it",
      args: ["config", "print"],
      timeoutMs: COMMAND_TIMEOUT_MS,
      judge: (run) =>
        expectExit(run, 0) ?? (run.stdout.includes("KAFKA_BROKERS") ? null : "does not name KAFKA_BROKERS"),
    },
    {
      name: "an unknown command is a usage error",
      args: ["no-such-command"],
      timeoutMs: COMMAND_TIMEOUT_MS,
      judge: (run) => expectExit(run, 2),
    },
    serviceCheck(["serve"], { WEBSOCKET_PORT: "0" }),
    serviceCheck(["exporter"], { METRICS_PORT: "0", METRICS_BIND_IP: "127.0.0.1" }),
    serviceCheck(["quality-monitor"], { HEALTH_PORT: "0", HEALTH_BIND_IP: "127.0.0.1" }),
    {
      name: `demo delivers all that was produced in ${DEMO_SECONDS} s`,
      args: ["demo", "--json"],
      env: { DEMO_SECONDS: String(DEMO_SECONDS) },
      timeoutMs: DEMO_TIMEOUT_MS,
      judge: judgeDemo,
    },
    {
      name: "rules prints the alerts for Prometheus",
      args: ["rules"],
      timeoutMs: COMMAND_TIMEOUT_MS,
      judge: (run) =>
        expectExit(run, 0) ??
        (run.stdout.includes("alert: SequenceGapsDetected") ? null : `no alerts in: ${run.stdout}`),
    },
    {
      name: "verify proves an alert in virtual time",
      args: ["verify", "--only", "SchemaVersionMismatch", "--json"],
      timeoutMs: VERIFY_TIMEOUT_MS,
      judge: judgeVerify,
    },
  ];
}
