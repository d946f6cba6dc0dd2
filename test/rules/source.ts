// Rules about single source files: what they may touch, how long they are, how they begin, what they leave open.

import { codeOf, type SourceFile, type Violation } from "./source-tree.ts";

function inFolder(path: string, ...folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`${folder}/`));
}

/** Files whose code matches one of `patterns`, with the matches. */
function matches(
  files: readonly SourceFile[],
  patterns: Readonly<Record<string, RegExp>>,
): readonly Violation[] {
  return files.flatMap((file) => {
    const code = codeOf(file);
    return Object.entries(patterns).flatMap(([name, pattern]) =>
      pattern.test(code) ? [`${file.path}: ${name}`] : [],
    );
  });
}

/** Of the stack as processes: its commands, and where it asks about the machine. */
const STACK_ENVIRONMENT = new Set(["compose/processes/main.ts", "compose/processes/machine.ts"]);

/** The environment is read once, by the table of options; everything else gets values as arguments. */
export function environmentViolations(files: readonly SourceFile[]): readonly Violation[] {
  const judged = files.filter(
    ({ path }) => !inFolder(path, "src/config", "src/runtime", "src/cli") && !STACK_ENVIRONMENT.has(path),
  );
  return matches(judged, { "reads the environment": /\bprocess\.env\b|\bBun\.env\b|\bDeno\.env\b/ });
}

/** Time and chance are arguments, so that a run can be repeated on a virtual clock from a seed. */
export function ambientViolations(files: readonly SourceFile[]): readonly Violation[] {
  const judged = files.filter((file) => !inFolder(file.path, "src/runtime", "src/cli"));
  return matches(judged, {
    "reads the machine's clock": /\bDate\.now\(|\bnew Date(\(\)|;)|\bperformance\.now\(/,
    "uses the machine's timers":
      /(?<![.\w])(setTimeout|setInterval)\(|\bglobalThis\.set(Timeout|Interval)|\bBun\.sleep\(/,
    "uses the machine's randomness": /\bMath\.random\(|\brandomUUID\(|\bgetRandomValues\(/,
  });
}

export const MAX_LINES = 400;
/** From here on a file wants a second look. */
export const NOTABLE_LINES = 300;

const isGenerated = (file: SourceFile) => file.text.startsWith("// Generated ");

/** Files with more than `limit` lines, longest first. Generated ones are as long as they are. */
export function longFiles(files: readonly SourceFile[], limit: number): readonly Violation[] {
  return files
    .filter((file) => !isGenerated(file))
    .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > limit)
    .sort((a, b) => b.lines - a.lines)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

/** Every file opens by saying what it promises. */
export function headerViolations(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => !/^(#!.*\n)?(\/\/ |\/\*)/.test(file.text))
    .map((file) => `${file.path}: does not open with a comment that says what it promises`);
}

// Spelled in parts, so that a search for them finds only unfinished work.
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`);

/** Nothing is left for later. */
export function unfinishedViolations(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) =>
    file.text
      .split("\n")
      .flatMap((line, i) => (UNFINISHED.test(line) ? [`${file.path}:${i + 1}: unfinished`] : [])),
  );
}

const DROPPED_ERROR = /\bcatch\s*(\(\w+\))?\s*\{\s*\}|\.catch\(\(\w*\) => (\{\s*\}|undefined)\)/g;

/** An error is handled or passed on, or a comment in the line before says why it may be dropped. */
export function swallowedErrorViolations(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) =>
    [...file.text.matchAll(DROPPED_ERROR)].flatMap(({ index }) => {
      const before = file.text.slice(0, index).split("\n");
      const explained = before.at(-2)?.trimStart().startsWith("//") ?? false;
      return explained ? [] : [`${file.path}:${before.length}: swallows an error`];
    }),
  );
}

const LEFT_OUT = /(?<![\w$])(?:test|it|describe)\.(?:only|skip|skipIf|todo|todoIf|if)\(/;

/** Where suites are left out for a reason that each of them shows. */
const SAYS_WHY = new Set(["test/support/real-components.ts", "test/support/long-suites.ts"]);

/** No test is left out by hand; only a missing component or a lack of time leaves tests out, and says so. */
export function leftOutViolations(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => !SAYS_WHY.has(file.path) && LEFT_OUT.test(codeOf(file)))
    .map((file) => `${file.path}: leaves a test out`);
}

/** Tests wait for a condition or move an injected clock. A wait by time is too short on a busy machine. */
export function sleepViolations(files: readonly SourceFile[]): readonly Violation[] {
  const judged = files.filter((file) => file.path.endsWith(".test.ts") && !inFolder(file.path, "test/rules"));
  return matches(judged, { "waits by time": /\bBun\.sleep\(|(?<![.\w])setTimeout\(/ });
}
