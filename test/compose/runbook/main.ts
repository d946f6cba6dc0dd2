// Runs the blocks of the runbook: `main.ts --out FILE [--only SITUATION,...] [--kafka 4] [--binary EXECUTABLE] [--show]`.
// Each outcome is a line of JSON in FILE. Expects the ports of the runbook to be free, so that it is best started in a network
// namespace of its own.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeError } from "../../../src/errors.ts";
import { releaseNamed, USUAL_KAFKA } from "../../support/kafka/usual-kafka.ts";
import { ourBlocks, placeOf, printedBlocks } from "./blocks.ts";
import { type Outcome, playSituation } from "./play.ts";
import { openSite } from "./site.ts";
import { SITUATIONS } from "./situations/situations.ts";
import { TABLE } from "./table/table.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    only: { type: "string" },
    kafka: { type: "string" },
    binary: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const release = values.kafka === undefined ? USUAL_KAFKA : releaseNamed("--kafka", values.kafka);
const out = values.out ?? join(tmpdir(), "runbook-outcomes.jsonl");
const only = values.only?.split(",") ?? null;
const say = (line: string) => process.stderr.write(`${line}\n`);
const write = (record: object) => appendFileSync(out, `${JSON.stringify(record)}\n`);
writeFileSync(out, "");

const COMPOSE = join(import.meta.dir, "..", "..", "..", "compose");
const dir = mkdtempSync(join(tmpdir(), "dashstream-runbook-"));
const path = [
  join(import.meta.dir, "bin"),
  join(COMPOSE, "processes", "stand-ins", "bin"),
  join(dir, "bin"),
  process.env.PATH ?? "",
].join(":");
const env = { PATH: path, HOME: process.env.HOME ?? "/", STACK_DIR: dir, TERM: "xterm", LANG: "C.UTF-8" };

function show({ problem, result, seconds, piece, phase, ...place }: Outcome): void {
  const mark = problem === null ? "ok  " : "FAIL";
  say(
    `${mark} ${place.edition} ${placeOf(place)}.${piece} ${phase} (${seconds.toFixed(1)} s) ${problem ?? ""}`,
  );
  if (!values.show && problem === null) return;
  const shown = (text: string) => text.split("\n").slice(0, 12).join("\n     | ").slice(0, 1500);
  say(
    `     ${JSON.stringify(result.statuses)}\n     | ${shown(result.stdout)}\n     2> ${shown(result.stderr)}`,
  );
}

try {
  const site = await openSite({ dir, kafka: release, binary: values.binary ?? null, say });
  try {
    for (const situation of SITUATIONS) {
      if (only !== null && !only.includes(situation.name)) continue;
      await playSituation(situation, {
        site,
        say,
        blocks: [...ourBlocks(), ...(printedBlocks() ?? [])],
        table: TABLE,
        shell: { cwd: COMPOSE, env },
        onOutcome(outcome) {
          write(outcome);
          show(outcome);
        },
        onProblem(name, problem) {
          write({ situation: name, problem });
          say(`FAIL ${name}: ${problem}`);
        },
      });
    }
  } finally {
    await site.stop();
  }
  write({ isComplete: true });
} catch (error) {
  write({ problem: describeError(error) });
  say(`FAIL ${describeError(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exit();
