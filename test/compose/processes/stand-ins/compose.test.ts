// `docker compose` and `docker-compose` as a stand-in: which project a call means, and what becomes of its services.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerServices } from "../../../../sim/drill/docker-services.ts";
import { eventually } from "../../../support/eventually.ts";
import { BROKER, SERVER, type StandInRig, startStandInRig } from "./stand-in-rig.ts";

const TIMEOUT_MS = 60_000;
let dir: string;
let rig: StandInRig;
let sh: StandInRig["sh"];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-compose-"));
  rig = await startStandInRig(dir);
  sh = rig.sh;
}, TIMEOUT_MS);
afterAll(async () => {
  await rig.stack.down();
  rmSync(dir, { recursive: true });
}, TIMEOUT_MS);

const pidOf = (name: string) => rig.stack.processOf(name)?.pid ?? null;
const variable = async (name: string) =>
  (await sh(`docker exec ${SERVER} sh -c 'echo $${name}'`)).stdout.trim();
const isReady = async (name: string) =>
  (await rig.stack.status()).find((status) => status.name === name)?.state === "ready";
const override = (text: string) => {
  const path = join(dir, "override.yml");
  writeFileSync(path, text);
  return path;
};

describe("the project", () => {
  test("is that of COMPOSE_FILE in the .env of the working directory, or of -f", async () => {
    expect((await sh("docker-compose ps --services")).stdout).toBe(`${BROKER}\n${SERVER}\n`);
    const elsewhere = { cwd: join(dir, "elsewhere") };
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
    expect([missing.code, missing.stderr]).toEqual([14, `open ${dir}/nope.yml: no such file or directory\n`]);
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

  test("refuses what a process cannot be given afterwards, and to stay attached", async () => {
    const file = override(`services: { ${SERVER}: { ports: ["1:2"] } }`);
    expect((await sh(`docker compose -f stack.yml -f ${file} up -d`)).code).toBe(125);
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
    expect((await sh(`docker compose run --rm ${SERVER}`)).code).toBe(125);
    await sh(`docker start ${SERVER}`);
    await eventually(() => isReady(SERVER));
    const busy = await sh(call);
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining("is in use")]);
  },
  TIMEOUT_MS,
);

test(
  "a drill kills, configures and restores services by way of docker",
  async () => {
    const services = dockerServices({
      composeFile: rig.composeFile,
      envFiles: [],
      run: async (program, args) => {
        const said = await sh(`${program} ${args.map((arg) => `'${arg}'`).join(" ")}`);
        if (said.code !== 0) throw new Error(said.stderr);
        return said.stdout;
      },
    });
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
