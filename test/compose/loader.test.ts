import { expect, test } from "bun:test";
import { composeCheckPath } from "../support/compose-check.ts";
import { describeReal } from "../support/real-components.ts";
import { COMPOSE_FILE, readStack, STACK_FOLDER, stackFile } from "./stack-file.ts";

interface LoadedService {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[] | null;
  readonly stop_grace_period?: string;
}

interface LoadedProject {
  readonly name: string;
  readonly services: Readonly<Record<string, LoadedService>>;
}

/** What the loader makes of the files, with only these variables set. */
function load(set: Readonly<Record<string, string>> = {}, envFiles: readonly string[] = []): string {
  const { stdout, stderr, exitCode } = Bun.spawnSync([composeCheckPath() ?? "", ...envFiles], {
    cwd: STACK_FOLDER,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...set },
  });
  return exitCode === 0 ? stdout.toString() : `${exitCode}: ${stderr}`;
}

const project = (...args: Parameters<typeof load>): LoadedProject => JSON.parse(load(...args));

const ALWAYS = [
  "dashstream-alertmanager",
  "dashstream-grafana",
  "dashstream-jaeger",
  "dashstream-kafka",
  "dashstream-prometheus",
  "dashstream-prometheus-exporter",
  "dashstream-quality-monitor",
  "dashstream-redis",
  "dashstream-topics",
  "dashstream-websocket-server",
];

describeReal("compose-check", "the loader of the compose specification", () => {
  test.each([
    ["", []],
    ["demo", ["dashstream-sim"]],
    ["chaos", ["dashstream-fault-proxy", "dashstream-sim-chaos"]],
    ["demo,chaos", ["dashstream-fault-proxy", "dashstream-sim", "dashstream-sim-chaos"]],
  ])("takes the profiles '%s'", (profiles, more) => {
    const { name, services } = project({ COMPOSE_PROFILES: profiles });
    expect(name).toBe("dashstream");
    expect(Object.keys(services).toSorted()).toEqual([...ALWAYS, ...more].toSorted());
  });

  test.each(["chaos.env", "drill.env"])("takes %s after .env, as its first lines say", (file) => {
    expect(stackFile(file)).toContain(`--env-file .env --env-file ${file}`);
    const { services } = project({}, [".env", file]);
    expect(services["dashstream-websocket-server"]?.environment).toMatchObject({
      KAFKA_BROKERS: "dashstream-fault-proxy:19092",
      REDIS_URL: "redis://dashstream-fault-proxy:16379",
    });
    expect(Object.keys(services)).toContain("dashstream-fault-proxy");
  });

  test("finds the stack without -f, and the same without .env", () => {
    const files = { COMPOSE_FILE, COMPOSE_DISABLE_ENV_FILE: "1" };
    expect(project(files)).toEqual(project());
  });

  test("lets a variable of the shell win", () => {
    const { services } = project({ KAFKA_IMAGE: "confluentinc/cp-kafka:8.3.1", DASHSTREAM_KAFKA: "b:1" });
    expect(services["dashstream-kafka"]?.image).toBe("confluentinc/cp-kafka:8.3.1");
    expect(services["dashstream-prometheus-exporter"]?.environment?.KAFKA_BROKERS).toBe("b:1");
  });

  test("sees what the rules of this folder see", () => {
    const { services } = readStack(stackFile(COMPOSE_FILE));
    const loaded = project({ COMPOSE_PROFILES: "demo,chaos" }).services;
    expect(Object.keys(loaded).toSorted()).toEqual(Object.keys(services).toSorted());
    for (const [name, { image, environment, command, stop_grace_period }] of Object.entries(services)) {
      const theirs = loaded[name];
      expect(theirs?.image).toBe(image);
      expect(theirs?.environment).toEqual(environment);
      expect(theirs?.command ?? undefined).toEqual(command ? [...command] : undefined);
      expect(theirs?.stop_grace_period?.replace("1m0s", "60s")).toBe(stop_grace_period);
    }
  });

  test("refuses a file that is wrong", () => {
    const said = load({ COMPOSE_FILE: "prometheus/prometheus.yml", COMPOSE_DISABLE_ENV_FILE: "1" });
    expect(said).toStartWith("1: ");
    expect(said).toContain("scrape_configs");
  });
});
