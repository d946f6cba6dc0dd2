// `docker compose` as a stand-in: which services profiles name, and what the files say of each.

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { BROKEN_TRAFFIC, BROKER, PAGE, PROXY, SERVER, standIns, TRAFFIC } from "./stand-in-rig.ts";

const rig = standIns();
const { sh, override } = rig;

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
