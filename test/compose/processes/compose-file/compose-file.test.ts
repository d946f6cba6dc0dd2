import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readComposeFile } from "../../../../compose/processes/compose-file/compose-file.ts";
import { parsePorts } from "../../../../compose/processes/compose-file/ports.ts";
import type { ComposeService } from "../../../../compose/processes/compose-file/service.ts";
import { COMPOSE_FILE } from "../../../../compose/processes/stack.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-compose-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function read(text: string, variables: Record<string, string> = {}) {
  const path = join(dir, "compose.yml");
  writeFileSync(path, text);
  return readComposeFile(path, variables);
}

function service(text: string, variables: Record<string, string> = {}): ComposeService {
  const indented = text.replaceAll(/^/gm, "    ");
  const found = read(`services:\n  one:\n${indented}\n`, variables).services.get("one");
  if (found === undefined) throw new Error("there is no service");
  return found;
}

describe("a compose file", () => {
  test("is read with anchors, several merge keys and variables of .env below those that are given", () => {
    writeFileSync(join(dir, ".env"), "IMAGE=from-dotenv\nTAG=1\nCOMPOSE_PROFILES=demo, chaos,\n");
    const file = read(
      [
        "x-base: &base { restart: always, stop_grace_period: 40s }",
        "x-image: &image { image: '${IMAGE}:${TAG}' }",
        "services:",
        "  one:",
        "    <<: [*base, *image]",
        "    stop_grace_period: 1m30s",
        "volumes:",
        "  data: { name: project-data }",
        "  other:",
        "name: p",
      ].join("\n"),
      { IMAGE: "given" },
    );
    expect(file.services.get("one")).toMatchObject({ image: "given:1", gracePeriodMs: 90_000 });
    expect(file.volumes).toEqual({ data: "project-data", other: "p_other" });
    expect(file.profiles).toEqual(["demo", "chaos"]);
  });

  test("that brings in what is not followed is refused, and so is one that is wrong, by its place", () => {
    expect(() => read("include: [other.yml]\nservices: {}")).toThrow("include is not followed");
    expect(() => service("extends: { service: two }")).toThrow("services.one.extends is not followed");
    expect(() => service("ports: [nine]")).toThrow('ports: "nine", expected');
    expect(() => service("depends_on: 5")).toThrow("services.one.depends_on");
    for (const period of ["5 minutes", "10", "soon"])
      expect(() => service(`stop_grace_period: ${period}`)).toThrow(
        `services.one.stop_grace_period: "${period}", expected a duration`,
      );
    for (const signal of ["nonsense", "SIGRTMIN+3", "99"])
      expect(() => service(`stop_signal: ${signal}`)).toThrow(
        `services.one.stop_signal: "${signal}", expected a signal`,
      );
    expect(() => read("services: [")).toThrow("compose.yml:");
    expect(() => readComposeFile(join(dir, "none.yml"))).toThrow("cannot read");
  });

  test("of this project is understood as a whole", () => {
    const { services } = readComposeFile(COMPOSE_FILE);
    expect(services.size).toBeGreaterThan(8);
    expect(services.get("dashstream-websocket-server")?.gracePeriodMs).toBe(40_000);
  });
});

describe("a service", () => {
  test("has the environment of a mapping or a list; names without value are taken from outside", () => {
    const variables = { SHELL_HAS: "it" };
    expect(
      service("environment: { A: 1, B: true, C: x, SHELL_HAS: , NOBODY_HAS: }", variables).environment,
    ).toEqual({
      A: "1",
      B: "true",
      C: "x",
      SHELL_HAS: "it",
    });
    expect(service("environment: [A=1=2, SHELL_HAS, NOBODY_HAS]", variables).environment).toEqual({
      A: "1=2",
      SHELL_HAS: "it",
    });
  });

  test("is ended by SIGTERM, or by the signal that it names in any way", () => {
    expect(service("image: x").stopSignal).toBe("SIGTERM");
    expect(["SIGINT", "int", "2"].map((text) => service(`stop_signal: ${text}`).stopSignal)).toEqual([
      "SIGINT",
      "SIGINT",
      "SIGINT",
    ]);
  });

  test("depends on names, or on names with a condition", () => {
    expect(service("depends_on: [two]").dependsOn).toEqual({ two: "service_started" });
    expect(
      service("depends_on: { two: { condition: service_healthy, required: false }, three: {} }").dependsOn,
    ).toEqual({ two: "service_healthy", three: "service_started" });
  });

  test("mounts folders of the project, volumes and folders of its own", () => {
    const mounts = service(
      [
        "volumes:",
        "  - ./config:/etc/config:ro",
        "  - data:/data",
        "  - /anonymous",
        "  - { type: bind, source: ./file.yml, target: /etc/file.yml }",
        "  - { type: tmpfs, target: /run }",
        "tmpfs: ['/tmp:size=16m']",
      ].join("\n"),
    ).mounts;
    expect(mounts).toEqual([
      { target: "/etc/config", source: { kind: "bind", path: join(dir, "config") } },
      { target: "/data", source: { kind: "volume", name: "data" } },
      { target: "/anonymous", source: { kind: "own" } },
      { target: "/etc/file.yml", source: { kind: "bind", path: join(dir, "file.yml") } },
      { target: "/run", source: { kind: "own" } },
      { target: "/tmp", source: { kind: "own" } },
    ]);
  });

  test("is known by all its names, and has a command as words or as a text", () => {
    const found = service(
      "container_name: c\nhostname: h\nnetworks: { n: { aliases: [a] } }\ncommand: run --to 'the end'\nentrypoint: [x]",
    );
    expect(found.hosts).toEqual(["one", "c", "h", "a"]);
    expect(found.command).toEqual(["run", "--to", "the end"]);
    expect(found.entrypoint).toEqual(["x"]);
  });
});

test.each([
  ["3002", [{ target: 3002, published: null }]],
  ["8080:80", [{ target: 80, published: 8080 }]],
  ["127.0.0.1:8080:80/tcp", [{ target: 80, published: 8080 }]],
  ["[::1]:8080:80", [{ target: 80, published: 8080 }]],
  ["127.0.0.1::80", [{ target: 80, published: null }]],
  ["6831:6831/udp", []],
  [
    "7000-7001:8000-8001",
    [
      { target: 8000, published: 7000 },
      { target: 8001, published: 7001 },
    ],
  ],
])("ports %s", (text, expected) => {
  expect(parsePorts(text)).toEqual(expected);
});

test.each(["0:80", "80:70000", "7000-7001:80", "a:80", "2-1"])("ports %s are refused", (text) => {
  expect(() => parsePorts(text)).toThrow("expected PORT, HOST_PORT:PORT");
});
