// A real Prometheus on loopback that scrapes what a test runs. Suites that use it are declared with
// `describeReal("prometheus", ...)`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, ended, spawnTied } from "./child-process.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

export interface PrometheusSetup {
  /** Targets by job, each as `host:port`. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly scrapeInterval: string;
  /** Text of a rule file. */
  readonly rules?: string;
}

/** One series of an answer: its labels, and its values in the order of time. NaN is a value. */
export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

type Sample = readonly [atSeconds: number, value: string];

interface Answer {
  readonly resultType: "vector" | "matrix" | "scalar" | "string";
  readonly result: unknown;
}

export class RunningPrometheus {
  readonly origin: string;
  readonly #stop: () => Promise<void>;

  constructor(origin: string, stop: () => Promise<void>) {
    this.origin = origin;
    this.#stop = stop;
  }

  /** What an expression gives now. @throws if Prometheus refuses it */
  async query(expr: string): Promise<readonly AnsweredSeries[]> {
    const { resultType, result } = await this.#ask("query", { query: expr });
    if (resultType === "scalar") return [{ labels: {}, values: [Number((result as Sample)[1])] }];
    const series = result as readonly { metric: Record<string, string>; value: Sample }[];
    return series.map(({ metric, value }) => ({ labels: metric, values: [numberOf(value)] }));
  }

  /** What it gave from one time to another, by the second. */
  async queryRange(expr: string, fromSeconds: number, toSeconds: number): Promise<readonly AnsweredSeries[]> {
    const range = { start: String(fromSeconds), end: String(toSeconds), step: "1" };
    const { result } = await this.#ask("query_range", { query: expr, ...range });
    const series = result as readonly { metric: Record<string, string>; values: readonly Sample[] }[];
    return series.map(({ metric, values }) => ({ labels: metric, values: values.map(numberOf) }));
  }

  /** Labels of the exemplars of the series that an expression reads. */
  async exemplars(
    expr: string,
    fromSeconds: number,
    toSeconds: number,
  ): Promise<readonly Readonly<Record<string, string>>[]> {
    const data = await this.#ask<readonly { exemplars: readonly { labels: Record<string, string> }[] }[]>(
      "query_exemplars",
      { query: expr, start: String(fromSeconds), end: String(toSeconds) },
    );
    return data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels));
  }

  /** Its own time, which is that of its samples. */
  async now(): Promise<number> {
    const [{ values: [seconds = 0] = [] } = { values: [] }] = await this.query("time()");
    return seconds;
  }

  /** Resolves once each target was scraped so many times from now, whether it answered or not. */
  async scrapes(count: number): Promise<void> {
    const number = async (expr: string) => (await this.query(expr))[0]?.values[0];
    for (let scrape = 0; scrape < count; scrape++) {
      const last = (await number("max(timestamp(up))")) ?? (await this.now());
      await eventually(async () => ((await number("min(timestamp(up))")) ?? 0) > last);
    }
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async #ask<T = Answer>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.origin}/api/v1/${path}`, { method: "POST", body });
    const { data, error } = (await response.json()) as { data?: T; error?: string };
    if (data === undefined) throw new Error(`${parameters.query}: ${error}`);
    return data;
  }
}

function numberOf([, value]: Sample): number {
  return Number(value.replace("Inf", "Infinity"));
}

/** Resolves once it has loaded its rules and answers. */
export async function startPrometheus(setup: PrometheusSetup): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
  const address = `127.0.0.1:${await freePort()}`;
  if (setup.rules !== undefined) writeFileSync(join(folder, "rules.yml"), setup.rules);
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config(setup)));
  const child = spawnTied(
    [
      "prometheus",
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--enable-feature=exemplar-storage",
      "--log.level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  await answers(child, "prometheus", `http://${address}/-/ready`);
  return new RunningPrometheus(`http://${address}`, async () => {
    child.kill("SIGKILL");
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** YAML of the form that JSON has. */
function config({ targets, scrapeInterval, rules }: PrometheusSetup): object {
  return {
    global: {
      scrape_interval: scrapeInterval,
      scrape_timeout: scrapeInterval,
      evaluation_interval: scrapeInterval,
    },
    ...(rules === undefined ? {} : { rule_files: ["rules.yml"] }),
    scrape_configs: Object.entries(targets).map(([job, addresses]) => ({
      job_name: job,
      static_configs: [{ targets: addresses }],
    })),
  };
}
