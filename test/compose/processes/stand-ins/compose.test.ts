// `docker compose` and `docker-compose` as a stand-in: which project a call means, and what becomes of its services.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { dockerServices, requireDocker } from "../../../../sim/drill/docker-services.ts";
import { eventually } from "../../../support/eventually.ts";
import { BROKER, type ChangedRecord, SERVER, standIns, TIMEOUT_MS } from "./stand-in-rig.ts";

const rig = standIns();
const { sh, pidOf, isReady, override } = rig;
const variable = async (name: string) =>
  (await sh(`docker exec ${SERVER} sh -c 'echo $${name}'`)).stdout.trim();
const serverPort = () => Number(rig.stack.addressOf(SERVER, 3002).split(":")[1]);

describe("the project", () => {
  test("is that of COMPOSE_FILE in the .env of the working directory, or of -f", async () => {
    expect((await sh("docker-compose ps --services")).stdout).toBe(`${BROKER}\n${SERVER}\n`);
    const elsewhere = { cwd: join(rig.dir, "elsewhere") };
    expect(await sh("docker-compose ps", elsewhere)).toEqual({
      code: 14,
      stdout: "",
      stderr: "no configuration file provided: not found\n",
    });
    expect((await sh("docker compose -f ../stack.yml ps -q", elsewhere)).code).toBe(0);
    expect(
      (await sh("docker-compose ps -q", { ...elsewhere, env: { COMPOSE_FILE: rig.composeFile } })).code,
    ).toBe(0);
  });

  test("must be there, be readable, and be that of the stack", async () => {
    const missing = await sh("docker-compose -f nope.yml ps");
    expect([missing.code, missing.stderr]).toEqual([
      14,
      `open ${rig.dir}/nope.yml: no such file or directory\n`,
    ]);
    const other = override("services: { a: { image: b } }");
    expect((await sh(`docker-compose -f ${other} ps`)).code).toBe(125);
    const broken = override("services: [");
    expect((await sh(`docker-compose -f stack.yml -f ${broken} ps`)).code).toBe(15);
    expect((await sh("docker-compose --env-file nope.env ps")).code).toBe(14);
  });

  test("has the subcommands and flags that there are", async () => {
    expect((await sh("docker-compose frobnicate")).code).toBe(1);
    expect((await sh("docker-compose ps --frobnicate")).code).toBe(16);
    const nobody = await sh("docker-compose restart nobody");
    expect([nobody.code, nobody.stderr]).toEqual([1, "no such service: nobody\n"]);
  });
});

test.each([
  ["down", "docker compose down", "make stack-down (in the folder of the Makefile)"],
  ["down -v", "docker compose down --volumes", "WIPE=1 make stack-down (in the folder of the Makefile)"],
  [
    "down --volumes",
    "docker compose down --volumes",
    "WIPE=1 make stack-down (in the folder of the Makefile)",
  ],
  ["exec x ls", "docker compose exec", "docker exec"],
  ["pull", "docker compose pull", "a container engine"],
])("%s is refused with what does it here", async (call, what, remedy) => {
  const stderr = `this stand-in does not know ${what}; ${remedy} does\n`;
  expect(await sh(`docker compose ${call}`)).toEqual({ code: 125, stdout: "", stderr });
});

test("ps tells programs the same, an object a line", async () => {
  const { stdout } = await sh("docker compose ps --format json");
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ Service }) => Service)).toEqual([BROKER, SERVER]);
  expect(rows[1]).toMatchObject({
    ID: expect.stringMatching(/^[0-9a-f]{12}$/),
    Name: SERVER,
    State: "running",
    Health: "healthy",
    ExitCode: 0,
    Image: "registry.example/something:else",
    Publishers: [{ URL: "127.0.0.1", TargetPort: 3002, PublishedPort: serverPort(), Protocol: "tcp" }],
  });
  expect((await sh("docker compose ps --format table")).stdout).toContain("NAME");
  const { code, stderr } = await sh("docker compose ps --format '{{.Name}}'");
  expect([code, stderr]).toEqual([125, expect.stringContaining("{{.Name}}")]);
});

test("ps tells programs which ports are not published, and the image as the compose file has it", async () => {
  const { stdout } = await rig.shWith(({ services, reachable }) => {
    for (const { launch } of services) launch.version = "something 1.2.3";
    for (const { ports } of reachable) for (const port of ports) port.published = null;
  }, "docker compose ps --format json");
  expect(JSON.parse(stdout.split("\n")[1] ?? "")).toMatchObject({
    Image: "registry.example/something:else",
    Ports: "3002/tcp",
    Publishers: [{ URL: "", TargetPort: 3002, PublishedPort: 0, Protocol: "tcp" }],
  });
});

test("ps shows what runs, logs have names in front", async () => {
  const { stdout } = await sh("docker-compose ps");
  expect(stdout).toMatch(/^NAME +IMAGE +COMMAND +SERVICE +CREATED +STATUS +PORTS$/m);
  expect(stdout).toMatch(new RegExp(`^${SERVER} .* ${SERVER} .*\\(healthy\\)`, "m"));
  const logs = (await sh("docker-compose logs --tail=1")).stdout.trimEnd().split("\n");
  expect(logs.map((line) => line.split(" ")[0])).toEqual([BROKER, SERVER]);
});

test(
  "restart restarts one service, or all",
  async () => {
    const before = [pidOf(BROKER), pidOf(SERVER)];
    expect((await sh(`docker-compose restart ${SERVER}`)).stderr).toBe(` Container ${SERVER}  Started\n`);
    expect(pidOf(BROKER)).toBe(before[0] ?? null);
    expect(pidOf(SERVER)).not.toBe(before[1] ?? null);
    expect((await sh("docker-compose restart")).code).toBe(0);
    expect(pidOf(BROKER)).not.toBe(before[0] ?? null);
    await eventually(() => isReady(SERVER));
  },
  TIMEOUT_MS,
);

test(
  "stop ends what depends on others before these, start begins with them, and kill ends what runs",
  async () => {
    const said = (...services: readonly string[]) => services.map((line) => ` Container ${line}\n`).join("");
    expect(await sh("docker compose stop")).toEqual({
      code: 0,
      stdout: "",
      stderr: said(`${SERVER}  Stopped`, `${BROKER}  Stopped`),
    });
    expect((await sh("docker compose kill")).code).toBe(0);
    expect((await sh("docker compose start")).stderr).toBe(said(`${BROKER}  Started`, `${SERVER}  Started`));
    expect((await sh(`docker compose kill ${SERVER}`)).code).toBe(0);
    expect([pidOf(BROKER) !== null, pidOf(SERVER)]).toEqual([true, null]);
    await sh(`docker compose start ${SERVER}`);
    await eventually(() => isReady(SERVER));
  },
  TIMEOUT_MS,
);

describe("up", () => {
  const UP = `docker compose up --detach --no-deps --wait ${SERVER}`;

  test(
    "leaves alone what is as the files say, and makes anew what is not",
    async () => {
      const before = pidOf(SERVER);
      expect((await sh(UP)).stderr).toBe(` Container ${SERVER}  Running\n`);
      expect(pidOf(SERVER)).toBe(before);

      expect((await sh(`SCHEMA_COMPATIBILITY=forward ${UP}`)).stderr).toContain("Recreate");
      expect([await variable("SCHEMA_COMPATIBILITY"), await isReady(SERVER)]).toEqual(["forward", true]);
      // A restart keeps the variables of the container.
      await sh(`docker restart ${SERVER}`);
      expect(await variable("SCHEMA_COMPATIBILITY")).toBe("forward");
      // The shell says nothing any more.
      expect((await sh(UP)).code).toBe(0);
      expect(await variable("SCHEMA_COMPATIBILITY")).toBe("exact");
    },
    TIMEOUT_MS,
  );

  test(
    "takes variables from further files, and gives them up without those",
    async () => {
      const file = override(
        `services: { ${SERVER}: { environment: { LOG_LEVEL: debug, ELSEWHERE: "http://${SERVER}:3002/x" } } }`,
      );
      const call = `docker compose -f stack.yml -f ${file} up -d --no-deps --wait ${SERVER}`;
      expect((await sh(call)).code).toBe(0);
      expect(await variable("LOG_LEVEL")).toBe("debug");
      expect(await variable("ELSEWHERE")).toBe(`http://${rig.stack.addressOf(SERVER, 3002)}/x`);
      expect((await sh(call)).stderr).toContain("Running");
      expect((await sh(UP)).stderr).toContain("Recreate");
      expect(await variable("LOG_LEVEL")).toBe("");
    },
    TIMEOUT_MS,
  );

  test.each([
    'ports: ["1:2"]',
    "command: [version]",
    "entrypoint: [version]",
    "image: other",
    "healthcheck: { test: [CMD, 'false'] }",
    "depends_on: [dashstream-kafka]",
    "profiles: [demo]",
  ])("refuses to lay %s over a service, which a process cannot be given afterwards", async (line) => {
    const file = override(`services: { ${SERVER}: { environment: { A: b }, ${line} } }`);
    const { code, stderr } = await sh(`docker compose -f stack.yml -f ${file} up -d`);
    expect([code, stderr]).toEqual([125, expect.stringContaining(`(${line.split(":")[0]})`)]);
  });

  test("refuses further files with anything but variables of services that there are", async () => {
    const volumes = override(`services: { ${SERVER}: { environment: { A: b } } }\nvolumes: { more: {} }`);
    const other = await sh(`docker compose -f stack.yml -f ${volumes} config`);
    expect([other.code, other.stderr]).toEqual([125, expect.stringContaining("volumes in ")]);
    const nobody = override("services: { nobody: { environment: { A: b } } }");
    expect(await sh(`docker compose -f stack.yml -f ${nobody} config`)).toEqual({
      code: 15,
      stdout: "",
      stderr:
        'service "nobody" has neither an image nor a build context specified: invalid compose project\n',
    });
  });

  test("builds nothing, and says what runs instead", async () => {
    const before = pidOf(SERVER);
    const { code, stderr } = await sh(`docker compose up -d --build --wait ${SERVER}`);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("Nothing is built: processes run from the sources"),
    ]);
    expect(pidOf(SERVER)).toBe(before);
    const other = (record: ChangedRecord) => {
      record.binary = "/opt/dashstream";
    };
    expect((await rig.shWith(other, `docker compose up -d --build ${SERVER}`)).stderr).toContain(
      "run from /opt/dashstream (make build)",
    );
  });

  test("refuses to stay attached", async () => {
    expect((await sh(`docker compose up ${SERVER}`)).code).toBe(125);
  });

  test(
    "starts what a service depends on, unless it is told not to",
    async () => {
      await sh(`docker stop ${SERVER} ${BROKER}`);
      await sh(`docker-compose up -d --no-deps ${SERVER}`);
      expect(pidOf(BROKER)).toBeNull();
      await sh(`docker-compose up -d --wait ${SERVER}`);
      expect([await isReady(BROKER), await isReady(SERVER)]).toEqual([true, true]);
    },
    TIMEOUT_MS,
  );

  test(
    "ends with an error if a service ends instead of becoming ready",
    async () => {
      const { code, stderr } = await sh(`SCHEMA_COMPATIBILITY=nonsense ${UP}`);
      expect(code).toBe(1);
      expect(stderr).toContain(SERVER);
      await sh(UP);
    },
    TIMEOUT_MS,
  );
});

test(
  "run has a container of its own, whether the service runs or not",
  async () => {
    await sh(`docker stop ${SERVER}`);
    const call = `docker compose run --rm --no-deps ${SERVER} offsets reset --to latest --execute --json`;
    const { code, stdout } = await sh(call);
    expect([code, JSON.parse(stdout).executed]).toEqual([0, true]);
    const own = await sh(`docker compose run --rm ${SERVER}`);
    expect([own.code, own.stderr]).toEqual([125, expect.stringContaining("own command, a second time")]);
    // What it may depend on is there; then it is not.
    expect((await sh(`docker compose run --rm ${SERVER} version`)).code).toBe(0);
    await sh(`docker stop ${BROKER}`);
    const alone = await sh(`docker compose run --rm ${SERVER} version`);
    expect([alone.code, alone.stderr]).toEqual([125, expect.stringContaining("--no-deps goes without")]);
    await sh(`docker start ${BROKER} ${SERVER}`);
    await eventually(() => isReady(SERVER));
    const busy = await sh(call);
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining("is in use")]);
  },
  TIMEOUT_MS,
);

test(
  "a drill kills, configures and restores services by way of docker",
  async () => {
    const options = {
      composeFile: rig.composeFile,
      envFiles: [],
      run: async (program: string, args: readonly string[]) => {
        const said = await sh(`${program} ${args.map((arg) => `'${arg}'`).join(" ")}`);
        if (said.code !== 0) throw new Error(said.stderr);
        return said.stdout;
      },
    };
    await requireDocker(options);
    const services = dockerServices(options);
    await services.configure("websocket-server", { SEQUENCE_GAP_POLICY: "halt" });
    expect(await variable("SEQUENCE_GAP_POLICY")).toBe("halt");
    await services.kill("websocket-server");
    expect(pidOf(SERVER)).toBeNull();
    await services.start("websocket-server");
    await services.configure("websocket-server", {});
    expect([await variable("SEQUENCE_GAP_POLICY"), await isReady(SERVER)]).toEqual(["", true]);
    await expect(services.kill("exporter")).rejects.toThrow(
      "docker kill dashstream-prometheus-exporter failed",
    );
  },
  TIMEOUT_MS,
);
