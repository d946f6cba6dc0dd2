// `docker` as a stand-in: what it does to a stack, and that it refuses what Docker refuses, in Docker's words.

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../../support/eventually.ts";
import { BROKER, SERVER, standIns, TIMEOUT_MS } from "./stand-in-rig.ts";

const rig = standIns();
const { sh, pidOf, isReady } = rig;

describe("a call that is wrong", () => {
  test.each([
    [
      "logs --foo x",
      125,
      "unknown flag: --foo\n\nUsage:  docker logs [OPTIONS] CONTAINER\n\nRun 'docker logs --help' for more information\n",
    ],
    [
      "exec -x a b",
      125,
      "unknown shorthand flag: 'x' in -x\n\nUsage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\nRun 'docker exec --help' for more information\n",
    ],
    [
      "logs --tail",
      125,
      "flag needs an argument: --tail\n\nUsage:  docker logs [OPTIONS] CONTAINER\n\nRun 'docker logs --help' for more information\n",
    ],
    [
      "logs",
      1,
      "docker: 'docker logs' requires 1 argument\n\nUsage:  docker logs [OPTIONS] CONTAINER\n\nRun 'docker logs --help' for more information\n",
    ],
    [
      "exec a",
      1,
      "docker: 'docker exec' requires at least 2 arguments\n\nUsage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\nSee 'docker exec --help' for more information\n",
    ],
    [
      "restart",
      1,
      "docker: 'docker restart' requires at least 1 argument\n\nUsage:  docker restart [OPTIONS] CONTAINER [CONTAINER...]\n\nSee 'docker restart --help' for more information\n",
    ],
    [
      "ps a",
      1,
      "docker: 'docker ps' accepts no arguments\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n",
    ],
    ["foo", 1, "docker: unknown command: docker foo\n\nRun 'docker --help' for more information\n"],
    [
      "--foo",
      125,
      "unknown flag: --foo\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n",
    ],
  ])("docker %s ends with %d and Docker's words", async (call, code, stderr) => {
    expect(await sh(`docker ${call}`)).toEqual({ code, stdout: "", stderr });
  });

  test.each([
    ["version", "docker version", "make stack-status (in the folder of the Makefile)"],
    ["--version", "docker --version", "make stack-status (in the folder of the Makefile)"],
    ["images -q", "docker images", "docker ps (column IMAGE)"],
    ["pause a", "docker pause", "docker kill --signal STOP CONTAINER"],
    ["--context=other ps", "docker --context", "a container engine"],
    ["cp a:/b c", "docker cp", "a container engine"],
  ])("docker %s is refused with what does it here", async (call, what, remedy) => {
    const stderr = `this stand-in does not know ${what}; ${remedy} does\n`;
    expect(await sh(`docker ${call}`)).toEqual({ code: 125, stdout: "", stderr });
  });

  test.each(["logs nobody", "exec nobody ls", "stats nobody --no-stream", "stop nobody", "kill nobody"])(
    "docker %s: there is no such container",
    async (call) => {
      const { code, stderr } = await sh(`docker ${call}`);
      expect([code, stderr]).toEqual([1, "Error response from daemon: No such container: nobody\n"]);
    },
  );
});

describe("docker exec", () => {
  test("has the container's variables, programs, folders and exit code", async () => {
    const script = 'echo "$LOG_FILE|$SCHEMA_COMPATIBILITY"; pwd; exit 3';
    const { code, stdout } = await sh(`docker exec ${SERVER} sh -c '${script}'`);
    const log = rig.stack.pathOf(SERVER, "/var/log/websocket-server.log");
    expect([code, stdout]).toEqual([3, `${log}|exact\n${rig.stack.pathOf(SERVER, "/var/lib/dashstream")}\n`]);
    const grep = await sh(`docker exec ${SERVER} grep -c "dashstream started" /var/log/websocket-server.log`);
    expect([grep.code, grep.stdout]).toEqual([0, "1\n"]);
  });

  test("keeps what programs write for their user inside of the container", async () => {
    const { stdout } = await sh(`docker exec ${SERVER} sh -c 'echo $HOME'`);
    expect(stdout.trim()).toBe(rig.stack.pathOf(SERVER, "/var/lib/dashstream"));
  });

  test("reaches the service at the port that it has in the container", async () => {
    const { code, stdout } = await sh(`docker exec ${SERVER} curl -s http://localhost:3002/healthz`);
    expect([code, stdout.length > 0]).toEqual([0, true]);
  });

  test("passes standard input on with -i only", async () => {
    expect((await sh(`docker exec ${SERVER} cat`, { stdin: "text" })).stdout).toBe("");
    expect((await sh(`docker exec -i ${SERVER} cat`, { stdin: "text" })).stdout).toBe("text");
    const terminal = await sh(`docker exec -it ${SERVER} cat`, { stdin: "text" });
    expect([terminal.code, terminal.stderr]).toEqual([1, "the input device is not a TTY\n"]);
  });

  test("takes variables and a folder", async () => {
    const { stdout } = await sh(`docker exec -e A=1 -w /tmp ${BROKER} sh -c 'mkdir -p . && echo $A'`);
    expect(stdout).toBe("1\n");
  });

  test("finds no program that the image lacks, though this machine has it", async () => {
    for (const call of [`${SERVER} jq .`, `${SERVER} /usr/bin/jq .`, `${SERVER} sh -c "jq ."`]) {
      expect((await sh(`docker exec ${call}`)).code).toBe(127);
    }
    expect((await sh(`docker exec ${SERVER} jq .`)).stderr).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "jq": executable file not found in $PATH: unknown\n',
    );
  });

  test("touches nothing of this machine", async () => {
    for (const word of ["/etc/hosts", "'cat /etc/hosts'", "/root"]) {
      const { code, stdout } = await sh(`docker exec ${SERVER} cat ${word}`);
      expect([word, code, stdout]).toEqual([word, 125, ""]);
    }
    await sh(`docker exec ${SERVER} touch /tmp/of-the-container`);
    expect(existsSync("/tmp/of-the-container")).toBe(false);
    expect(existsSync(rig.stack.pathOf(SERVER, "/tmp/of-the-container"))).toBe(true);
  });

  test("has the program of the image, and so has the alias of the readme", async () => {
    const { code, stdout } = await sh(`docker exec ${SERVER} dashstream config print --json`);
    expect([code, stdout.includes("dashstream-quality")]).toEqual([0, true]);
    expect((await sh("dashstream healthcheck --ready")).code).toBe(0);
  });
});

describe("docker logs", () => {
  test("has the stream that the program writes to, and the number of lines asked for", async () => {
    const { code, stdout, stderr } = await sh(`docker logs ${SERVER} --tail=1`);
    expect([code, stdout.split("\n").length, stderr]).toEqual([0, 2, ""]);
    expect((await sh(`docker logs -n 0 ${SERVER}`)).stdout).toBe("");
    expect((await sh(`docker logs ${SERVER}`)).stdout).toContain("dashstream started");
  });

  test("splits the streams", async () => {
    const said = await rig.shWith(({ services }) => {
      for (const { launch } of services) launch.logsTo = "stderr";
    }, `docker logs ${SERVER} --tail 1`);
    expect([said.stdout, said.stderr.split("\n").length]).toEqual(["", 2]);
  });

  test("begins at a time", async () => {
    expect((await sh(`docker logs --since 1h ${SERVER}`)).stdout).toContain("dashstream started");
    expect((await sh(`docker logs --since 2099-01-01T00:00:00Z ${SERVER}`)).stdout).toBe("");
  });

  test("ends quietly when nobody reads on", async () => {
    const { code, stderr } = await sh(`docker logs ${SERVER} | head -1 >/dev/null; exit \${PIPESTATUS[1]}`);
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("docker ps and stats", () => {
  test("show what runs", async () => {
    const { stdout } = await sh("docker ps");
    const [heading = "", ...rows] = stdout.trimEnd().split("\n");
    expect(heading).toMatch(/^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$/);
    expect(rows).toHaveLength(2);
    expect(stdout).toMatch(new RegExp(`Up .* \\(healthy\\) .*->3002/tcp +${SERVER}$`, "m"));
    const id = (await sh(`docker ps -q --filter name=${BROKER}`)).stdout.trim();
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect((await sh(`docker exec ${id} sh -c 'echo here'`)).stdout).toBe("here\n");
  });

  test("show which ports are not published", async () => {
    const { stdout } = await rig.shWith(({ reachable }) => {
      for (const port of reachable.flatMap(({ ports }) => ports)) {
        if (port.target === 3002) port.published = null;
      }
    }, "docker ps");
    expect(stdout).toMatch(new RegExp(` 3002/tcp +${SERVER}$`, "m"));
    expect(stdout).toMatch(new RegExp(` 127\\.0\\.0\\.1:\\d+->\\d+/tcp +${BROKER}$`, "m"));
  });

  test("show use of CPU and memory", async () => {
    const { code, stdout } = await sh(`docker stats ${SERVER} --no-stream`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^[0-9a-f]{12} +${SERVER} +\\d+\\.\\d\\d% +[\\d.]+MiB / [\\d.]+GiB +[\\d.]+% +\\d+$`, "m"),
    );
  });
});

describe("docker inspect", () => {
  test("tells what is known of containers", async () => {
    const { code, stdout } = await sh(`docker inspect ${SERVER} ${BROKER}`);
    const [server, broker] = JSON.parse(stdout);
    expect([code, broker.Name]).toEqual([0, `/${BROKER}`]);
    expect(server).toMatchObject({
      Id: expect.stringMatching(/^[0-9a-f]{64}$/),
      Name: `/${SERVER}`,
      State: {
        Status: "running",
        Running: true,
        Pid: pidOf(SERVER),
        ExitCode: 0,
        StartedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        Health: { Status: "healthy" },
      },
      Config: {
        Image: "registry.example/something:else",
        Env: expect.arrayContaining(["SCHEMA_COMPATIBILITY=exact"]),
      },
    });
  });

  test("fills paths of a template in, a line for each container", async () => {
    const call = `docker inspect --format '{{.State.Status}} {{ .State.Health.Status }} {{.State.Pid}}'`;
    const { stdout } = await sh(`${call} ${SERVER} ${BROKER}`);
    expect(stdout).toBe(`running healthy ${pidOf(SERVER)}\nrunning healthy ${pidOf(BROKER)}\n`);
    expect((await sh(`docker inspect -f '{{.State.ExitCode}}' ${SERVER}`)).stdout).toBe("0\n");
  });

  test.each(["{{json .State}}", "{{.State}}", "{{.NetworkSettings.IPAddress}}", "{{.State.Status | upper}}"])(
    "refuses the template %s by name",
    async (template) => {
      const { code, stderr } = await sh(`docker inspect -f '${template}' ${SERVER}`);
      expect([code, stderr]).toEqual([125, expect.stringContaining(template.replaceAll(/[{}]/g, ""))]);
    },
  );

  test("tells the image as the compose file has it, whatever runs in its place", async () => {
    const { stdout } = await rig.shWith(({ services }) => {
      for (const { launch } of services) launch.version = "something 1.2.3";
    }, `docker inspect -f '{{.Config.Image}}' ${SERVER}; docker ps`);
    expect(stdout.split("\n")[0]).toBe("registry.example/something:else");
    expect(stdout).toContain("registry.example/something (process, 1.2.3)");
  });

  test("tells of what is there when something else is not", async () => {
    expect(await sh("docker inspect nobody")).toEqual({
      code: 1,
      stdout: "[]\n",
      stderr: "error: no such object: nobody\n",
    });
    expect(await sh(`docker inspect -f '{{.Name}}' nobody ${BROKER}`)).toEqual({
      code: 1,
      stdout: `/${BROKER}\n`,
      stderr: "error: no such object: nobody\n",
    });
  });
});

describe("docker run", () => {
  test("works on a volume by its name, with patterns", async () => {
    const wal = join(rig.stack.volumes["the-state"] ?? "", "wal");
    mkdirSync(wal);
    writeFileSync(join(wal, "1"), "");
    expect((await sh("docker run --rm -v the-state:/data busybox sh -c 'rm -rf /data/wal/*'")).code).toBe(0);
    expect(existsSync(join(wal, "1"))).toBe(false);
  });

  test("makes a volume that is not there, so that a wrong name finds nothing", async () => {
    expect(await sh("docker run --rm -v the-stat:/data busybox ls /data")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("knows no other images, and no bash in this one", async () => {
    expect((await sh("docker run --rm nobody/nothing ls")).code).toBe(125);
    expect((await sh("docker run --rm busybox bash -c ls")).code).toBe(127);
  });
});

describe("a container", () => {
  test(
    "is restarted without waiting until it is ready",
    async () => {
      const before = pidOf(SERVER);
      expect(await sh(`docker restart ${SERVER} nobody`)).toEqual({
        code: 1,
        stdout: `${SERVER}\n`,
        stderr: "Error response from daemon: No such container: nobody\n",
      });
      expect(pidOf(SERVER)).not.toBe(before);
      expect(pidOf(SERVER)).not.toBeNull();
      expect(await isReady(SERVER)).toBe(false);
      await eventually(() => isReady(SERVER));
    },
    TIMEOUT_MS,
  );

  test(
    "hears a signal, and is stopped, killed and started",
    async () => {
      const pid = pidOf(SERVER);
      expect((await sh(`docker kill --signal HUP ${SERVER}`)).stdout).toBe(`${SERVER}\n`);
      expect(pidOf(SERVER)).toBe(pid);
      expect((await sh(`docker kill -s NONSENSE ${SERVER}`)).stderr).toContain("Invalid signal: NONSENSE");

      expect((await sh(`docker kill ${SERVER}`)).code).toBe(0);
      expect(pidOf(SERVER)).toBeNull();
      const again = await sh(`docker kill ${SERVER}`);
      expect([again.code, again.stderr]).toEqual([
        1,
        expect.stringMatching(
          /^Error response from daemon: cannot kill container: \S+: container [0-9a-f]{64} is not running\n$/,
        ),
      ]);
      expect((await sh("docker ps")).stdout).not.toContain(SERVER);
      expect((await sh("docker ps -a")).stdout).toMatch(new RegExp(`Exited .*${SERVER}$`, "m"));

      const inspect = (path: string) => sh(`docker inspect -f '{{${path}}}' ${SERVER}`);
      expect((await inspect(".State.Status")).stdout).toBe("exited\n");
      expect((await inspect(".State.Pid")).stdout).toBe("0\n");
      const exitCode = await inspect(".State.ExitCode");
      expect([exitCode.code, exitCode.stderr]).toEqual([125, expect.stringContaining("what has ended")]);
      const health = await inspect(".State.Health.Status");
      expect([health.code, health.stderr]).toEqual([1, expect.stringContaining('no entry for key "Health"')]);

      // What cannot be said of one is said of the others, and every complaint is there.
      expect(
        await sh(`docker inspect -f '{{.Name}} {{.State.Health.Status}}' nobody ${SERVER} ${BROKER}`),
      ).toEqual({
        code: 1,
        stdout: `/${BROKER} healthy\n`,
        stderr: expect.stringMatching(/^error: no such object: nobody\n.* no entry for key "Health"\n$/),
      });
      expect((await sh(`docker inspect -f '{{.State.ExitCode}}' nobody ${SERVER}`)).code).toBe(125);

      const exec = await sh(`docker exec ${SERVER} ls`);
      expect([exec.code, exec.stderr]).toEqual([
        1,
        expect.stringMatching(/^Error response from daemon: container [0-9a-f]{64} is not running\n$/),
      ]);
      expect((await sh(`docker logs ${SERVER}`)).stdout).toContain("dashstream started");
      expect(await sh(`docker stop ${SERVER}`)).toEqual({ code: 0, stdout: `${SERVER}\n`, stderr: "" });
      expect((await sh(`docker start ${SERVER}`)).stdout).toBe(`${SERVER}\n`);
      await eventually(() => isReady(SERVER));
    },
    TIMEOUT_MS,
  );
});
