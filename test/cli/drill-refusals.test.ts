// What `dashstream drill` refuses before anything is broken: wrong command lines, and stacks that are to be left alone.

import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drillCommand } from "../../src/cli/drill.ts";
import type { Environment } from "../../src/config/environment.ts";
import { runCommand } from "./cli-rig.ts";
import { drillRig, OWN, readFile, run } from "./drill-rig.ts";

const { folder, startPrometheus, gonePrometheus } = drillRig();

describe("a wrong command line is refused with exit code 2:", () => {
  test.each([
    ["other services than docker", ["--services", "podman"], '--services is "podman", expected docker'],
    ["a receiver without a host", ["--receiver", "9099"], '--receiver is "9099", expected host:port'],
    ["a port that there is not", ["--receiver", "h:99999"], '--receiver is "h:99999", expected host:port'],
    [
      "a variable without a value",
      ["--services", "docker", "--set", "LEVEL"],
      '--set is "LEVEL", expected NAME=VALUE',
    ],
    [
      "a variable in small letters",
      ["--services", "docker", "--set", "a=b"],
      "expected NAME=VALUE, the name in capitals",
    ],
    [
      "variables for services that keep theirs",
      ["--set", "A=b"],
      '--set is "A=b" without --services, expected both',
    ],
    [
      "a compose file of services that are left alone, though it is the usual one",
      ["--compose-file", "compose/docker-compose.dashstream.yml"],
      '--compose-file is "compose/docker-compose.dashstream.yml" without --services, expected both',
    ],
    [
      "files of services that are not made anew",
      ["--env-file", "a.env", "--env-file", "b.env"],
      '--env-file is "a.env b.env" without --services, expected both',
    ],
    [
      "what is muted, where nobody listens",
      ["--alertmanager", "http://a:9093"],
      '--alertmanager is "http://a:9093" without --receiver, expected both',
    ],
    ["a scale that is too fast", ["--scale", "61"], "'61' is invalid. expected a number from 1 to 60"],
    ["a scale that is slower", ["--scale", "0.5"], "'0.5' is invalid. expected a number from 1 to 60"],
    ["no time to tell", ["--notify-within", "0"], "expected a whole number from 1 to 86400"],
    ["a seed that is no number", ["--seed", "-1"], "expected a whole number from 0 to 2147483648"],
    ["an address without a scheme", ["--prometheus", "a:9090"], '--prometheus is "a:9090", expected http://'],
    ["a proxy of another scheme", ["--proxy", "ftp://a"], '--proxy is "ftp://a", expected http://'],
    ["a server behind TLS", ["--server", "https://a"], '--server is "https://a", expected http://host:port'],
    [
      "an Alertmanager without a scheme",
      ["--receiver", "a:1", "--alertmanager", "a"],
      '--alertmanager is "a", expected http://',
    ],
    [
      "a directory without targets",
      ["--targets", folder],
      `--targets is "${folder}", expected a directory with a file for each job: there is no ${folder}/dashstream-infrastructure.json`,
    ],
    ["an alert that nothing proves", ["--only", "ServiceDwn"], "did you mean ServiceDown?"],
    ["a scenario that is not there", ["--scenario", "absent.yaml"], "absent.yaml cannot be read"],
    ["rules that are not there", ["--rules", "absent.yml"], "absent.yml cannot be read"],
    ["two reports on standard output", ["--json", "--markdown", "-"], "both write to standard output"],
    ["a report that cannot be written", ["--junit", folder], `--junit: ${folder} cannot be written`],
  ])("%s", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

describe("services that docker could not make anew are refused:", () => {
  const bin = join(folder, "bin");
  const refused = async (env: Environment, ...args: readonly string[]) => {
    const { exitCode, stderr } = await runCommand(
      [drillCommand],
      ["drill", "--services", "docker", ...args],
      {
        env,
        context: { readFile },
      },
    );
    return `${exitCode} ${stderr}`;
  };
  beforeAll(() => {
    mkdirSync(join(bin, "folder", "docker"), { recursive: true });
    writeFileSync(join(bin, "docker"), "#!/bin/sh\n", { mode: 0o755 });
    mkdirSync(join(bin, "plain"));
    writeFileSync(join(bin, "plain", "docker"), "", { mode: 0o644 });
    mkdirSync(join(bin, "idle"));
    const idle = '#!/bin/sh\necho "Cannot connect to the Docker daemon: $*" >&2\nexit 1\n';
    writeFileSync(join(bin, "idle", "docker"), idle, { mode: 0o755 });
  });

  test.each([
    ["that is not set", {}],
    ["that leads nowhere", { PATH: join(folder, "absent") }],
    ["on which docker is a folder", { PATH: `${join(bin, "folder")}:${join(bin, "plain")}` }],
  ])("a PATH %s", async (_, env) => {
    expect(await refused(env)).toStartWith(
      '2 error: --services is "docker", expected a program docker on PATH, which has none',
    );
  });

  test("a compose file that is not there, by default or as it was given", async () => {
    const env = { PATH: `${join(folder, "absent")}:${bin}` };
    expect(await refused(env)).toContain(
      '--compose-file is "compose/docker-compose.dashstream.yml", expected a file that can be read: ENOENT',
    );
    expect(await refused(env, "--compose-file", "absent.yml")).toContain('--compose-file is "absent.yml"');
  });

  test("one of several files of variables that is not there", async () => {
    const args = ["--compose-file", "rules.yml", "--env-file", "slow.yaml", "--env-file", "drill.env"];
    expect(await refused({ PATH: bin }, ...args)).toContain(
      '--env-file is "drill.env", expected a file that can be read: ENOENT',
    );
  });

  test("a docker that does not answer, with what it said, before anybody else is asked", async () => {
    const args = ["--compose-file", "rules.yml", "--prometheus", "http://127.0.0.1:1"];
    const said = await refused({ PATH: `${join(bin, "idle")}:/bin` }, ...args);
    expect(said).toStartWith('1 error: --services is "docker", expected one that answers');
    expect(said).toContain("Cannot connect to the Docker daemon: compose -f rules.yml ps");
  });
});

describe("a stack is left alone", () => {
  test("whose Prometheus is not there, which is no wrong command line", async () => {
    const url = await gonePrometheus();
    const { exitCode, stderr } = await run("--prometheus", `${url}//`, "--only", "SequenceGapsDetected");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `--prometheus is "${url}//": nothing listens there (ECONNREFUSED); start the stack (make stack-up, or docker compose up in compose/) or name yours: `,
    );
  });

  test("of which --prometheus names something else", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run("--prometheus", `${url}/elsewhere`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `--prometheus is "${url}/elsewhere", which is no Prometheus: GET ${url}/elsewhere/api`,
    );
  });

  test("whose Kafka is not there", async () => {
    const args = ["--scenario", "calm.yaml", ...OWN, "--kafka-brokers", "127.0.0.1:1"];
    const { exitCode, stderr } = await run("--prometheus", await startPrometheus(), ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--kafka-brokers is "127.0.0.1:1": nothing listens there (ECONNREFUSED)');
  });

  test("that is not marked as safe to break", async () => {
    const url = await startPrometheus({ labels: "{}" });
    const { exitCode, stderr } = await run("--prometheus", url);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `${url} is not marked as safe to break, expected the external label safe_to_break: "true" in its configuration, or --yes-break ${url}`,
    );
  });

  test("when --yes-break names another one, although it is marked", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run("--prometheus", url, "--yes-break", "http://staging:9090");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--yes-break is http://staging:9090, expected ${url}`);
  });

  test("when it has rules of another scale", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run("--prometheus", url, "--scale", "60");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/the rules of http:\S+ are not those of a drill with --scale 60: /);
    expect(stderr).toContain("make them with `dashstream rules --scale 60` and reload");
  });

  test("when it has not loaded somebody's own rules", async () => {
    const url = await startPrometheus({ forS: 300 });
    const { exitCode, stderr } = await run("--prometheus", url, "--scenario", "calm.yaml", ...OWN);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Lag has for: 5m there, expected 0s; load those of rules.yml");
  });
});
