// The runbook, tried: every shell block of our pages, and where it is to be had of the printed one, is run in the situation
// that it is written for, on a stack of real components at the ports that it names, whose services are the executable as users
// get it. Each must print what the table says. Each course of situations has a stack, where the machine has namespaces.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutable } from "../../support/executable.ts";
import { canIsolate, runIsolated } from "../../support/isolated.ts";
import { USUAL_KAFKA } from "../../support/kafka/usual-kafka.ts";
import { describeLong, LONG_TEST_MS } from "../../support/long-suites.ts";
import { describeReal, type RealComponent } from "../../support/real-components.ts";
import { placeOf, printedBlocks } from "./blocks.ts";
import type { BlockEntry, Phase } from "./entry.ts";
import type { Outcome } from "./play.ts";
import type { Situation } from "./situation.ts";
import { COURSES, SITUATIONS } from "./situations/situations.ts";
import { TABLE } from "./table/table.ts";

const COMPONENTS: readonly RealComponent[] = [
  ...([USUAL_KAFKA, "redis-server", "prometheus", "prometheus-alertmanager", "jaeger"] as const),
  ...(["curl", "jq", "lsof", "watch", "xxd"] as const),
];
const MAIN = join(import.meta.dir, "main.ts");

/** What a run has to tell besides outcomes. */
interface Remark {
  readonly situation?: string;
  readonly problem?: string;
  readonly isComplete?: true;
}

/** Plays the situations on a stack of their own; what it has to tell. */
async function played(
  dir: string,
  binary: string,
  situations: readonly Situation[],
): Promise<readonly (Outcome | Remark)[]> {
  const names = situations.map(({ name }) => name);
  const file = join(dir, `${names[0]}.jsonl`);
  await runIsolated([process.execPath, MAIN, "--out", file, "--binary", binary, "--only", names.join()]);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const told = text
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Outcome | Remark]));
  const isComplete = told.some((one) => "isComplete" in one);
  return isComplete
    ? told
    : [...told, { problem: `the course that begins with "${names[0]}" came to no end` }];
}

describeLong("the runbook", () => {
  describeReal(COMPONENTS, "as it is typed", () => {
    const dir = mkdtempSync(join(tmpdir(), "dashstream-runbook-test-"));
    const courses = canIsolate() ? COURSES : [SITUATIONS];
    let outcomes: readonly Outcome[] = [];
    let remarks: readonly Remark[] = [];

    beforeAll(async () => {
      const binary = await buildExecutable(dir);
      const records = (await Promise.all(courses.map((course) => played(dir, binary, course)))).flat();
      outcomes = records.filter((record): record is Outcome => "result" in record);
      remarks = records.filter((record): record is Remark => !("result" in record));
    }, LONG_TEST_MS);
    afterAll(() => rmSync(dir, { recursive: true }));

    test("is tried to its end", () => {
      const general = remarks.filter(({ situation }) => situation === undefined);
      expect(general).toEqual(courses.map(() => ({ isComplete: true })));
    });

    test.each(SITUATIONS.map(({ name }) => name))("comes into the situation: %s", (name) => {
      expect(remarks.filter(({ situation }) => situation === name)).toEqual([]);
      expect(outcomes.some(({ situation }) => situation === name)).toBe(true);
    });

    /** In which phases a piece must have been run. */
    const phasesOf = ({ when, afterwards }: BlockEntry["pieces"][number]): readonly Phase[] =>
      afterwards === undefined || when === "cured" ? [when] : [when, "cured"];

    const entries = TABLE.filter(({ edition }) => edition === "ours" || printedBlocks() !== null);
    for (const entry of entries) {
      test(`${entry.edition === "ours" ? "" : "printed: "}${placeOf(entry)}`, () => {
        const own = outcomes.filter(
          (outcome) => outcome.edition === entry.edition && placeOf(outcome) === placeOf(entry),
        );
        const problems = own.filter(({ problem }) => problem !== null);
        expect(
          problems.map(({ piece, phase, problem, result }) => ({ piece, phase, problem, result })),
        ).toEqual([]);
        const wanted = entry.pieces.flatMap((piece, index) =>
          phasesOf(piece).map((phase) => `${index + 1} ${phase}`),
        );
        expect(own.map(({ piece, phase }) => `${piece} ${phase}`).toSorted()).toEqual(wanted.toSorted());
      });
    }
  });
});
