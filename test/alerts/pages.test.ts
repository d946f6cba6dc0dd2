// The pages of the runbook: their links lead somewhere, and what they tell people to type can work.

import { describe, expect, test } from "bun:test";
import { alertSlug } from "../../src/alerts/alert.ts";
import { runbookPages } from "../../src/alerts/pages/pages.ts";
import { ALERTS } from "../../src/alerts/registry.ts";
import { OPTION_ENTRIES } from "../../src/config/options.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { describeReal } from "../support/real-components.ts";
import { selectionsOf } from "./selectors.ts";

const pages = runbookPages();
const files = new Set(pages.map(({ file }) => file));

/** Blocks for a shell, by page. */
const commands = pages.flatMap(({ file, text }) =>
  [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, indent = "", body = ""]) => ({
    file,
    command: body.replace(new RegExp(`^${indent}`, "gm"), "").trimEnd(),
  })),
);
const queries = commands.flatMap(({ file, command }) =>
  [...command.matchAll(/--data-urlencode 'query=([^']*)'/g)].map(([, query = ""]) => ({ file, query })),
);

test("there is a page for each alert, an index of all, and a matrix of those that somebody answers", () => {
  const pageOf = (name: string) => pages.find(({ file }) => file === name)?.text ?? "";
  for (const { name, priority } of ALERTS) {
    const link = `[${name}](${alertSlug(name)}.md)`;
    expect(files.has(`${alertSlug(name)}.md`)).toBe(true);
    expect(pageOf("README.md")).toContain(`| ${link} |`);
    expect([name, pageOf("escalation.md").includes(link)]).toEqual([name, priority !== null]);
  }
  for (const file of files) {
    if (file !== "README.md") expect(pageOf("README.md")).toContain(`](${file})`);
  }
});

test("every link leads to a page", () => {
  const links = pages.flatMap(({ text }) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target));
  expect(links.length).toBeGreaterThan(150);
  expect(links.filter((target) => !files.has(target ?? ""))).toEqual([]);
});

test("the matrix has the runbook's times", () => {
  const matrix = pages.find(({ file }) => file === "escalation.md")?.text ?? "";
  for (const row of [
    "[SequenceGapsDetected](sequence-gaps-detected.md) | critical | P0 | immediate | > 10 min persistent",
    "[WebSocketDlqBroken](websocket-dlq-broken.md) | critical | P0 | immediate | immediate",
    "[ServiceDown](service-down.md) | critical | P0 | immediate | after 3 restart attempts",
    "[HighDecodeErrorRate](high-decode-error-rate.md) | high | P1 | 15 min | > 30 min",
    "[HighDroppedMessageRate](high-dropped-message-rate.md) | high | P1 | 15 min | > 1 hour persistent",
    "[WebSocketDlqHighRate](websocket-dlq-high-rate.md) | high | P1 | 15 min | > 30 min persistent",
    "[E2ELatencyHigh](e2e-latency-high.md) | medium | P2 | 1 hour | > 2 hours persistent",
    "[HighDuplicateRate](high-duplicate-rate.md) | medium | P2 | 1 hour | > 4 hours persistent",
    "[HighReorderRate](high-reorder-rate.md) | medium | P2 | 1 hour | if gaps are detected too",
  ]) {
    expect(matrix).toContain(row);
  }
});

test("pages say who mutes whom, on both sides", () => {
  const pageOf = (name: string) => pages.find(({ file }) => file === name)?.text ?? "";
  expect(pageOf("kafka-consumer-lag-critical.md")).toContain(
    "Alertmanager mutes [KafkaConsumerLagHigh](kafka-consumer-lag-high.md).",
  );
  expect(pageOf("kafka-consumer-lag-high.md")).toContain(
    "Muted by [KafkaConsumerLagCritical](kafka-consumer-lag-critical.md).",
  );
  expect(pageOf("kafka-consumer-lag-high.md")).toContain("fires for `websocket-server` or `kafka`");
});

test("compose is called in one way", () => {
  const calls = commands.flatMap(({ command }) => command.match(/\bdocker[ -]compose\b.*/g) ?? []);
  expect(calls.length).toBeGreaterThan(5);
  expect(calls.filter((call) => !call.startsWith("docker compose "))).toEqual([]);
});

describe("queries", () => {
  test("are PromQL on series that exist", () => {
    expect(queries.length).toBeGreaterThan(60);
    const names = new Set(
      CATALOGUE.flatMap(({ name, kind }) => (kind === "histogram" ? [`${name}_bucket`] : [name])),
    );
    for (const { file, query } of queries) {
      expect(() => parseExpr(query)).not.toThrow();
      for (const { selector } of selectionsOf(query)) {
        const { matches } = selector.matchers.find(({ name }) => name === "__name__") ?? {
          matches: () => false,
        };
        expect([file, query, selector.name === "up" || [...names].some(matches)]).toEqual([
          file,
          query,
          true,
        ]);
      }
    }
  });

  test("are never part of an address, where curl takes brackets and braces for patterns", () => {
    for (const { file, command } of commands)
      expect([file, command]).not.toEqual([file, expect.stringMatching(/\?query=/)]);
  });
});

describe("commands", () => {
  test("end by themselves", () => {
    expect(commands.length).toBeGreaterThan(150);
    for (const { file, command } of commands) {
      expect([file, command]).not.toEqual([file, expect.stringMatching(/logs [^|]*-f\b|\bwatch\b|tail -f/)]);
      if (command.includes("kafka-console-consumer"))
        expect([file, command]).toEqual([file, expect.stringMatching(/--timeout-ms/)]);
      if (command.includes("kafka-console-producer"))
        expect([file, command]).toEqual([file, expect.stringMatching(/docker exec -i /)]);
    }
  });

  test("use no tools that Kafka no longer has", () => {
    for (const { command } of commands)
      expect(command).not.toMatch(/GetOffsetShell|--broker-list|--zookeeper/);
  });

  test("are shell", () => {
    for (const { file, command } of commands) {
      const { stderr, exitCode } = Bun.spawnSync(["bash", "-n", "-c", command]);
      expect([file, command, exitCode, stderr.toString()]).toEqual([file, command, 0, ""]);
    }
  });
});

test("settings that pages name exist", () => {
  const known = new Set(OPTION_ENTRIES.flatMap(([, { env }]) => env));
  const foreign = new Set(["TRACE_ID", "THREAD_ID", "WITHSCORES", "NAME=VALUE"]);
  for (const { file, text } of pages) {
    const named = [...text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
    expect([file, named.filter((name) => !known.has(name) && !foreign.has(name))]).toEqual([file, []]);
  }
});

describeReal("jq", "jq", () => {
  test("takes every filter", () => {
    const filters = new Set(
      commands.flatMap(({ command }) =>
        [...command.matchAll(/\bjq (?:-r )?'([^']*)'/g)].map(([, filter = ""]) => filter),
      ),
    );
    expect(filters.size).toBeGreaterThan(30);
    for (const filter of filters) {
      const { stderr } = Bun.spawnSync(["jq", filter], { stdin: Buffer.from("") });
      expect([filter, stderr.toString()]).toEqual([filter, ""]);
    }
  });

  test("finds the largest names of the metrics first", () => {
    const [filter = ""] = commands.flatMap(
      ({ command }) => /jq '(\.data\.result \| sort_by[^']*)'/.exec(command)?.[1] ?? [],
    );
    const result = [3, 20, 100].map((count) => ({ metric: {}, value: [0, String(count)] }));
    const { stdout } = Bun.spawnSync(["jq", "-c", `${filter} | map(.value[1])`], {
      stdin: Buffer.from(JSON.stringify({ data: { result } })),
    });
    expect(stdout.toString().trim()).toBe('["100","20","3"]');
  });
});
