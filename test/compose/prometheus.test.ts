import { expect, test } from "bun:test";
import { join } from "node:path";
import { JOBS } from "../../src/alerts/site.ts";
import { outcomeOf } from "../support/child-process.ts";
import { promtool3Path } from "../support/promtool3.ts";
import { describeReal } from "../support/real-components.ts";
import { COMPOSE_FILE, readStack, STACK_FOLDER, stackFile } from "./stack-file.ts";

const CONFIG = join(STACK_FOLDER, "prometheus", "prometheus.yml");

interface Discovered {
  readonly labels: Readonly<Record<string, string>>;
}

async function promtool(program: string, ...args: readonly string[]): Promise<string> {
  const child = Bun.spawn([program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const { code, stdout, stderr } = await outcomeOf(child);
  return code === 0 ? stdout : `${code}: ${stdout}${stderr}`;
}

function suite(name: "promtool" | "promtool3", program: () => string): void {
  describeReal(name, `the configuration of Prometheus, by ${name}`, () => {
    test("is valid, with its rules", async () => {
      const said = await promtool(program(), "check", "config", CONFIG);
      expect(said).toMatch(/prometheus\.yml is valid prometheus config file syntax/);
      expect(said).toMatch(/SUCCESS: \d+ rules found/);
    });

    test("finds the target of each job in its file", async () => {
      // It collects for as long as it is told to, whatever it has found already.
      const discover = (job: string) =>
        promtool(program(), "check", "service-discovery", "--timeout=2s", CONFIG, job);
      const found = await Promise.all(Object.values(JOBS).map(discover));
      const targets = found.flatMap((json): readonly Discovered[] => JSON.parse(json));
      expect(targets.map(({ labels }) => [labels.job, labels.component, labels.__metrics_path__])).toEqual(
        Object.entries(JOBS).map(([component, job]) => [job, component, "/metrics"]),
      );
    }, 20_000);
  });
}

describeReal("promtool3", "the health check of Prometheus", () => {
  test("is a command of promtool", async () => {
    const check = readStack(stackFile(COMPOSE_FILE)).services["dashstream-prometheus"]?.healthcheck;
    const [program, ...words] = check?.test?.slice(1) ?? [];
    expect(program).toBe("promtool");
    // Nobody listens there.
    const said = await promtool(promtool3Path() ?? "", ...words, "--url=http://127.0.0.1:1");
    expect(said).toContain("connection refused");
  });
});

suite("promtool", () => "promtool");
suite("promtool3", () => promtool3Path() ?? "");
