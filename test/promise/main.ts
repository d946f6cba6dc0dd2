// Runs schedules by the thousand:
//
//   bun test/promise/main.ts --from SEED --count N [--jobs 2] [--lenient]
//   bun test/promise/main.ts --from SEED --count 1 --trace        one schedule, told step by step
//   bun test/promise/main.ts --schedule FILE [--trace]            a schedule that was printed
//
// Each failing seed is printed with what was broken and the smallest schedule that breaks it.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runSchedule } from "./run.ts";
import { type Schedule, scheduleOf } from "./schedule.ts";
import { shrink } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    from: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    jobs: { type: "string", default: "1" },
    lenient: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    schedule: { type: "string" },
    "keep-going": { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
  },
});
const { lenient, trace } = values;
const print = (line: string) => process.stdout.write(`${line}\n`);
const options = { lenient, ...(trace ? { onTrace: print } : {}) };
const nowMs = performance.now.bind(performance);

/** What a violation is about, without who and where, so that a smaller schedule fails for the same reason. */
function kindOf(violation: string): string {
  return violation
    .replace(/;.*/s, "")
    .replace(/\w+-\d+(#\d+)?/g, "N")
    .replace(/[\d., ]+/g, " ");
}

async function report(schedule: Schedule, violation: string): Promise<void> {
  print(`\nseed ${schedule.seed}: ${violation}`);
  print(
    `again: bun test/promise/main.ts --from ${schedule.seed} --count 1 --trace${lenient ? " --lenient" : ""}`,
  );
  if (values["no-shrink"]) return;
  const kind = kindOf(violation);
  const fails = async (candidate: Schedule) => {
    const { violation: other } = await runSchedule(candidate, { lenient });
    return other !== null && kindOf(other) === kind;
  };
  const smallest = await shrink(schedule, fails);
  print(`smallest: ${(await runSchedule(smallest, { lenient })).violation}`);
  print(`${JSON.stringify({ ...smallest, steps: undefined })}`);
  for (const step of smallest.steps) print(`  ${JSON.stringify(step)}`);
  print(`as a file: ${JSON.stringify(smallest)}`);
}

async function runAll(seeds: Iterable<number>): Promise<number> {
  let failures = 0;
  const totals = { schedules: 0, delivered: 0, named: 0, slow: 0, nudges: 0, undetectable: 0, virtualMs: 0 };
  let ranMs = 0;
  for (const seed of seeds) {
    const startMs = nowMs();
    const outcome = await runSchedule(scheduleOf(seed), options);
    ranMs += nowMs() - startMs;
    totals.schedules++;
    for (const key of ["delivered", "named", "slow", "nudges", "undetectable", "virtualMs"] as const)
      totals[key] += outcome[key];
    if (outcome.violation === null) continue;
    failures++;
    await report(scheduleOf(seed), outcome.violation);
    if (!values["keep-going"]) break;
  }
  const ms = ranMs / Math.max(1, totals.schedules);
  print(`${JSON.stringify(totals)}, ${failures} failed, ${ms.toFixed(1)} ms a schedule`);
  return failures;
}

function* range(from: number, count: number): Iterable<number> {
  for (let i = 0; i < count; i++) yield from + i;
}

async function split(from: number, count: number, jobs: number): Promise<number> {
  const share = Math.ceil(count / jobs);
  const rest = process.argv
    .slice(2)
    .flatMap((arg) => (/^--(lenient|keep-going|no-shrink)$/.test(arg) ? [arg] : []));
  const children = Array.from({ length: jobs }, (_, i) =>
    Bun.spawn(
      [
        process.execPath,
        import.meta.path,
        ...rest,
        "--from",
        String(from + i * share),
        "--count",
        String(Math.min(share, count - i * share)),
      ],
      { stdout: "inherit", stderr: "inherit" },
    ),
  );
  const codes = await Promise.all(children.map((child) => child.exited));
  return codes.filter((code) => code !== 0).length;
}

async function main(): Promise<number> {
  if (values.schedule !== undefined) {
    const schedule = JSON.parse(readFileSync(values.schedule, "utf8")) as Schedule;
    const { violation } = await runSchedule(schedule, options);
    print(violation ?? "the promise was kept");
    return violation === null ? 0 : 1;
  }
  const jobs = Number(values.jobs);
  const [from, count] = [Number(values.from), Number(values.count)];
  return jobs > 1 ? split(from, count, jobs) : runAll(range(from, count));
}

process.exit((await main()) === 0 ? 0 : 1);
