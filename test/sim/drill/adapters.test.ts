import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { dockerServices, requireDocker } from "../../../sim/drill/docker-services.ts";
import { prometheusApi } from "../../../sim/drill/prometheus-api.ts";
import { remoteFaults } from "../../../sim/drill/remote-faults.ts";
import { requireSafe } from "../../../sim/drill/safety.ts";
import { ServiceSettings, type ServicesControl } from "../../../sim/drill/services.ts";
import { listedTargets, targetFiles } from "../../../sim/drill/target-files.ts";
import { COMPONENT_NAMES } from "../../../sim/faults/stage.ts";
import { answering } from "./prometheus-answers.ts";

const NO_ENV = { "websocket-server": {}, "quality-monitor": {}, exporter: {} };

/** Services of which only the settings matter. */
function configuredBy(configure: ServicesControl["configure"]): ServicesControl {
  const nothing = async () => {};
  return { kill: nothing, stop: nothing, start: nothing, configure };
}

describe("settings of services", () => {
  function rig(base = {}) {
    const calls: string[] = [];
    const services = configuredBy(async (name, env) => {
      calls.push(`${name} ${JSON.stringify(env)}`);
    });
    return { calls, settings: new ServiceSettings(services, base) };
  }

  test("restart only those whose settings differ", async () => {
    const { calls, settings } = rig();
    expect(await settings.apply({ env: {}, env_of: NO_ENV })).toEqual([]);
    const env_of = { ...NO_ENV, exporter: { B: "2" } };
    expect(await settings.apply({ env: {}, env_of })).toEqual(["exporter"]);
    expect(await settings.apply({ env: {}, env_of })).toEqual([]);
    expect(calls).toEqual(['exporter {"B":"2"}']);
  });

  test("are as before in the end, also those that all scenarios have", async () => {
    const { calls, settings } = rig({ A: "1" });
    await settings.apply({ env: {}, env_of: NO_ENV });
    for (const name of COMPONENT_NAMES) await settings.restore(name);
    expect(calls.filter((call) => call.startsWith("exporter"))).toEqual([
      'exporter {"A":"1"}',
      "exporter {}",
    ]);
  });
});

test("settings are put back also where giving them failed half-way", async () => {
  const given: string[] = [];
  const services = configuredBy(async (name, env) => {
    given.push(`${name} ${JSON.stringify(env)}`);
    if (Object.keys(env).length > 0) throw new Error("unhealthy");
  });
  const settings = new ServiceSettings(services);
  await expect(settings.apply({ env: { A: "1" }, env_of: NO_ENV })).rejects.toThrow("unhealthy");
  for (const name of COMPONENT_NAMES) await settings.restore(name);
  expect(given).toEqual(['websocket-server {"A":"1"}', "websocket-server {}"]);
});

describe("services as containers", () => {
  test("are asked for once, with the files of the stack", async () => {
    const calls: string[] = [];
    const run = async (program: string, args: readonly string[]) => {
      calls.push([program, ...args].join(" "));
      return "";
    };
    await requireDocker({ composeFile: "stack.yml", envFiles: ["a.env"], run });
    expect(calls).toEqual(["docker compose --env-file a.env -f stack.yml ps"]);
  });

  test("are killed, stopped and started by their names", async () => {
    const calls: string[] = [];
    const services = dockerServices({
      composeFile: "stack.yml",
      envFiles: [],
      run: async (program, args) => {
        calls.push([program, ...args].join(" "));
        return "";
      },
    });
    await services.kill("websocket-server");
    await services.stop("exporter");
    await services.start("quality-monitor");
    expect(calls).toEqual([
      "docker kill dashstream-websocket-server",
      "docker stop dashstream-prometheus-exporter",
      "docker start dashstream-quality-monitor",
    ]);
  });

  test("get their settings from a file that is laid over the others, and gone afterwards", async () => {
    let override = "";
    const seen: unknown[] = [];
    const services = dockerServices({
      composeFile: "stack.yml",
      envFiles: [".env", "drill.env"],
      run: async (_, args) => {
        override = args[8] ?? "";
        seen.push(args.with(8, "OVERRIDE"), parse(readFileSync(override, "utf8")));
        return "";
      },
    });
    await services.configure("exporter", { A: "1" });
    const service = "dashstream-prometheus-exporter";
    expect(seen).toEqual([
      [
        ...["compose", "--env-file", ".env", "--env-file", "drill.env", "-f", "stack.yml", "-f", "OVERRIDE"],
        ...["up", "--detach", "--no-deps", "--wait", service],
      ],
      { services: { [service]: { environment: { A: "1" } } } },
    ]);
    expect(() => readFileSync(override)).toThrow("ENOENT");
  });

  test("fail with what docker said", async () => {
    const run = () => Promise.reject(new Error("no such container"));
    const services = dockerServices({ composeFile: "stack.yml", envFiles: [], run });
    await expect(services.kill("exporter")).rejects.toThrow(
      "docker kill dashstream-prometheus-exporter failed",
    );
  });
});

test("targets vanish from their file, and are as before in the end", () => {
  const directory = mkdtempSync(join(tmpdir(), "dashstream-targets-"));
  try {
    const path = join(directory, "dashstream-infrastructure.json");
    writeFileSync(path, '[{"targets": ["a:1"]}]\n');
    const discovery = targetFiles(directory);
    discovery.withdraw("websocket-server");
    discovery.withdraw("websocket-server");
    expect(readFileSync(path, "utf8")).toBe("[]\n");
    expect(discovery.restore("websocket-server")).toBe(true);
    expect(discovery.restore("websocket-server")).toBe(false);
    expect(readFileSync(path, "utf8")).toBe('[{"targets": ["a:1"]}]\n');
    expect(() => discovery.withdraw("exporter")).toThrow("cannot read the targets in");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe("files of targets", () => {
  const JOBS_ = ["dashstream-infrastructure", "dashstream-quality", "dashstream-quality-monitor"];
  /** Calls `live` with a directory in which each job has this text, but for those that `changes` names. */
  function inDirectory(live: (directory: string) => void, changes: Readonly<Record<string, string>> = {}) {
    const directory = mkdtempSync(join(tmpdir(), "dashstream-targets-"));
    try {
      for (const job of JOBS_) {
        writeFileSync(join(directory, `${job}.json`), changes[job] ?? `[{"targets": ["${job}:1"]}]`);
      }
      live(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  test("are read with what they list for each job", () =>
    inDirectory((directory) => {
      const listed = listedTargets(directory);
      expect(listed.map(({ job, addresses }) => [job, ...addresses]).sort()).toEqual(
        JOBS_.map((job) => [job, `${job}:1`]),
      );
    }));

  test.each([
    ["no JSON", "targets: []", "is no JSON list of targets"],
    ["something else", '{"targets": []}', "is no JSON list of targets"],
    ["what a killed drill left", "[]\n", "lists no targets"],
  ])("with %s are refused", (_, text, defect) =>
    inDirectory(
      (directory) => {
        const path = join(directory, "dashstream-quality.json");
        expect(() => listedTargets(directory)).toThrow(
          `--targets is "${directory}", expected a directory with a file for each job: ${path} ${defect}`,
        );
      },
      { "dashstream-quality": text },
    ),
  );
});

describe("faults of a fault proxy", () => {
  test("are applied and cleared by number, and tell how often they took", async () => {
    const client = answering({
      "POST /faults": { id: 7, fault: "redis-latency", hits: 0 },
      "DELETE /faults/7": { id: 7, fault: "redis-latency", hits: 12 },
    });
    const running = await remoteFaults("http://proxy:8474/", client).apply("redis-latency", {});
    expect(running.hits()).toBe(0);
    await running.clear();
    await running.clear();
    expect(running.hits()).toBe(12);
    expect(client.asked).toEqual(["POST /faults", "DELETE /faults/7"]);
  });

  test("are all cleared at once, and named", async () => {
    const cleared = [
      { id: 7, fault: "redis-latency", hits: 1 },
      { id: 8, fault: "broker-slow", hits: 0 },
    ];
    const client = answering({ "DELETE /faults": { cleared } });
    expect(await remoteFaults("http://proxy:8474", client).clearAll()).toEqual([
      "redis-latency",
      "broker-slow",
    ]);
  });
});

describe("a stack may be broken", () => {
  const prometheus = (yaml: string) =>
    prometheusApi("http://staging:9090", answering({ "GET /api/v1/status/config": { data: { yaml } } }));
  const marked = 'global:\n  external_labels:\n    safe_to_break: "true"\n';
  const unmarked = "global:\n  scrape_interval: 15s\n";

  test("if it is marked, or named", async () => {
    await requireSafe(prometheus(marked), null);
    await requireSafe(prometheus(unmarked), "http://staging:9090/");
  });

  test("and otherwise not", async () => {
    await expect(requireSafe(prometheus(unmarked), null)).rejects.toThrow(
      'http://staging:9090 is not marked as safe to break, expected the external label safe_to_break: "true"',
    );
    await expect(requireSafe(prometheus(marked.replace("true", "false")), null)).rejects.toThrow(
      "not marked",
    );
    await expect(requireSafe(prometheus(marked), "http://production:9090")).rejects.toThrow(
      "--yes-break is http://production:9090, expected http://staging:9090",
    );
  });
});
