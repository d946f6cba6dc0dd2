// `docker compose` and `docker-compose` as a stand-in: which project a call means, and what becomes of its services.

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { dockerServices, requireDocker } from "../../../../sim/drill/docker-services.ts";
import { eventually } from "../../../support/eventually.ts";
import {
  BROKEN_TRAFFIC,
  BROKER,
  type ChangedRecord,
  PAGE,
  PROXY,
  SERVER,
  standIns,
  TIMEOUT_MS,
  TRAFFIC,
} from "./stand-in-rig.ts";

const rig = standIns();
const { sh, pidOf, isReady } = rig;
const variable = async (name: string) =>
  (await sh(`docker exec ${SERVER} sh -c 'echo $${name}'`)).stdout.trim();
const serverPort = () => Number(rig.stack.addressOf(SERVER, 3002).split(":")[1]);
const override = (text: string) => {
  const path = join(rig.dir, "override.yml");
  writeFileSync(path, text);
  return path;
};

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

describe("a profile", () => {
  const refusal = (profile: string, ...services: readonly string[]) => ({
    code: 125,
    stdout: "",
    stderr: `this stand-in does not know how to add services to a stack, and this one was started without ${services.join(", ")} (profile ${profile}); STACK_COMPOSE_FILE=${rig.composeFile} STACK_PROFILES=${profile} make stack-up (in the folder of the Makefile) does\n`,
  });

  test("that asks for services which the stack was started without is refused, wherever it is named", async () => {
    expect(await sh("docker compose --profile demo up -d")).toEqual(refusal("demo", TRAFFIC));
    expect(await sh("COMPOSE_PROFILES=elsewhere,chaos docker compose up -d")).toEqual(
      refusal("chaos", TRAFFIC, BROKEN_TRAFFIC, PROXY),
    );
    writeFileSync(join(rig.dir, "demo.env"), "COMPOSE_PROFILES=demo\n");
    expect(await sh("docker compose --env-file .env --env-file demo.env up -d --wait")).toEqual(
      refusal("demo", TRAFFIC),
    );
    expect(await sh("docker compose --profile demo start")).toEqual(refusal("demo", TRAFFIC));
    expect((await sh("docker compose --profile '*' up -d")).stderr).toContain("STACK_PROFILES=demo,chaos");
  });

  test("counts for what a service depends on, and not without", async () => {
    const call = `docker compose --profile demo up -d ${SERVER}`;
    expect(await sh(call)).toEqual(refusal("demo", TRAFFIC));
    expect((await sh(`${call} --no-deps`)).code).toBe(0);
  });

  test("is that of a service which is named", async () => {
    for (const call of [`up -d ${TRAFFIC}`, `run --rm --no-deps ${TRAFFIC} version`]) {
      const { code, stderr } = await sh(`docker compose ${call}`);
      expect([code, stderr]).toEqual([125, expect.stringContaining("STACK_PROFILES=demo make stack-up")]);
    }
  });

  test.each([
    ["up -d dashstream-fault-proxy", "drill"],
    ["start dashstream-fault-proxy", "drill"],
    ["--profile chaos up -d dashstream-fault-proxy", "chaos"],
    ["--profile demo up -d dashstream-sim dashstream-fault-proxy", "demo,drill"],
    ["--profile demo up -d dashstream-websocket-server dashstream-fault-proxy", "demo,drill"],
    // What is asked for anyway does not count.
    ["up -d dashstream-sim dashstream-sim-chaos dashstream-fault-proxy", "demo,chaos"],
    ["stop dashstream-sim dashstream-fault-proxy", "demo,drill"],
  ])("that adds what %s needs brings as little else along as can be: %s", async (call, profiles) => {
    const { code, stderr } = await sh(`docker compose ${call}`);
    expect([code, stderr]).toEqual([
      125,
      expect.stringContaining(` STACK_PROFILES=${profiles} make stack-up`),
    ]);
  });

  test("joins those that the stack has, and the executable that it runs", async () => {
    const call = `docker compose up -d ${PROXY}`;
    const { stderr } = await rig.shWith((record) => {
      record.profiles = ["demo"];
      record.binary = "/there/dashstream";
    }, call);
    expect(stderr).toContain(
      `STACK_BINARY=/there/dashstream STACK_COMPOSE_FILE=${rig.composeFile} STACK_PROFILES=demo,drill make`,
    );
    // As stacks were recorded before.
    const old = await rig.shWith((record) => {
      delete record.profiles;
      delete record.binary;
    }, call);
    expect(old).toEqual(refusal("drill", PROXY));
  });

  test("that no service has asks for nothing, and flags count instead of variables", async () => {
    expect((await sh("docker compose --profile nobody up -d")).code).toBe(0);
    expect((await sh("COMPOSE_PROFILES=demo docker compose --profile nobody up -d")).code).toBe(0);
    expect((await sh("docker compose --profile demo --profile chaos ps -q")).code).toBe(0);
  });
});

test("a service that the stack goes without is refused with the reason", async () => {
  const { code, stderr } = await sh(`docker compose up -d ${PAGE}`);
  expect([code, stderr]).toEqual([125, expect.stringContaining("Grafana is no part of the stack")]);
});

describe("config", () => {
  const config = async (call: string) => parse((await sh(`docker compose ${call}`)).stdout);

  test("shows what the files say, with variables and profiles resolved, to be read again", async () => {
    const { services, volumes } = await config("config");
    expect(services[SERVER].environment).toMatchObject({ COLOUR: "green", SCHEMA_COMPATIBILITY: "exact" });
    expect(services[SERVER].environment.PRICE).toBe("5$$");
    expect(volumes).toEqual({ state: { name: "the-state" } });
    expect(Object.keys(services)).toEqual([BROKER, SERVER, PAGE]);
    expect(Object.keys((await config("--profile chaos config")).services)).toContain(TRAFFIC);
    expect((await config("config --format json")).services).toEqual(services);
  });

  test("lays further files over the first", async () => {
    const file = override(`services: { ${SERVER}: { environment: { COLOUR: blue, SHAPE: round } } }`);
    const { services } = await config(`-f stack.yml -f ${file} config`);
    expect(services[SERVER].environment).toMatchObject({
      COLOUR: "blue",
      SHAPE: "round",
      SCHEMA_COMPATIBILITY: "exact",
    });
    expect(services[SERVER].command).toEqual(["serve"]);
    expect(services[BROKER].environment).toBeUndefined();
    const list = override(`services: { ${SERVER}: { environment: [COLOUR=blue] } }`);
    expect((await config(`-f stack.yml -f ${list} config`)).services[SERVER].environment).toMatchObject({
      COLOUR: "blue",
      SCHEMA_COMPATIBILITY: "exact",
    });
  });

  test("lists services that are active, and all profiles", async () => {
    expect((await sh("docker compose config --services")).stdout).toBe(`${BROKER}\n${SERVER}\n${PAGE}\n`);
    expect((await sh("docker compose --profile demo config --services")).stdout).toBe(
      `${BROKER}\n${TRAFFIC}\n${SERVER}\n${PAGE}\n`,
    );
    expect((await sh("docker compose config --profiles")).stdout).toBe("chaos\ndemo\ndrill\n");
  });

  test("says nothing when it is only to look, and refuses what it does not know", async () => {
    expect(await sh("docker compose config --quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
    const odd = await sh("docker compose config --format xml");
    expect([odd.code, odd.stderr]).toEqual([1, 'unsupported format "xml"\n']);
    expect((await sh(`docker compose config ${SERVER}`)).code).toBe(125);
  });
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
