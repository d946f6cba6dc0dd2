import { describe, expect, test } from "bun:test";
import {
  ambientViolations,
  environmentViolations,
  headerViolations,
  leftOutViolations,
  longFiles,
  MAX_LINES,
  NOTABLE_LINES,
  sleepViolations,
  swallowedErrorViolations,
  unfinishedViolations,
} from "./source.ts";
import { type SourceFile, sourceFiles } from "./source-tree.ts";

const product = sourceFiles("src", "sim", "proto", "compose");
const tests = sourceFiles("test");
const file = (path: string, text: string): readonly SourceFile[] => [{ path, text }];

describe("the environment", () => {
  test("is read by the options, the runtime and the commands only", () => {
    expect(environmentViolations(product)).toEqual([]);
  });

  test.each(["process.env.HOME", "Bun.env.HOME", 'Deno.env.get("HOME")'])("%s is found", (expression) => {
    expect(environmentViolations(file("sim/broker/x.ts", `const a = ${expression};`))).toHaveLength(1);
    expect(environmentViolations(file("src/config/x.ts", `const a = ${expression};`))).toEqual([]);
  });
});

describe("time and chance", () => {
  test("are arguments outside of src/runtime", () => {
    expect(ambientViolations(product)).toEqual([]);
  });

  test.each([
    "const a = Date.now();",
    "const a = new Date();",
    "const a = performance.now();",
    "setTimeout(() => 1, 5);",
    "globalThis.setInterval(() => 1, 5);",
    "await Bun.sleep(5);",
    "const a = Math.random();",
    "const a = crypto.randomUUID();",
  ])("%s is found", (text) => {
    expect(ambientViolations(file("src/server/x.ts", text))).toHaveLength(1);
    expect(ambientViolations(file("src/runtime/x.ts", text))).toEqual([]);
  });

  test("prose, dates made from a number and timers of a socket are not meant", () => {
    const text = "// Date.now() is not called here\nsocket.setTimeout(5); const d = new Date(nowMs);";
    expect(ambientViolations(file("src/server/x.ts", text))).toEqual([]);
  });
});

describe("length", () => {
  test("no file of the product is too long to be read", () => {
    for (const long of longFiles(product, NOTABLE_LINES)) process.stderr.write(`note: ${long}\n`);
    expect(longFiles(product, MAX_LINES)).toEqual([]);
  });

  test("a long file is found, a generated one is not meant", () => {
    const text = "const a = 1;\n".repeat(5);
    expect(longFiles(file("src/a.ts", text), 4)).toEqual(["src/a.ts: 5 lines"]);
    expect(longFiles(file("src/a.ts", text), 5)).toEqual([]);
    expect(longFiles(file("src/a.ts", `// Generated from b by c.\n${text}`), 4)).toEqual([]);
  });
});

describe("the first lines", () => {
  test("say what each file promises", () => {
    expect(headerViolations(product)).toEqual([]);
  });

  test("are missed where they are missing", () => {
    expect(headerViolations(file("src/a.ts", 'import "x";\n'))).toHaveLength(1);
    expect(headerViolations(file("src/a.ts", "#!/usr/bin/env bun\n// The commands.\n"))).toEqual([]);
  });
});

describe("loose ends", () => {
  test("are not left in the tree", () => {
    expect(unfinishedViolations([...product, ...tests])).toEqual([]);
    expect(swallowedErrorViolations(product)).toEqual([]);
  });

  test("are found where they are", () => {
    expect(unfinishedViolations(file("src/a.ts", `// a\n// ${"TO"}${"DO"}: b\n`))).toEqual([
      "src/a.ts:2: unfinished",
    ]);
    for (const text of ["try { a(); } catch {}", "try { a(); } catch (e) { }", "a().catch(() => {});"]) {
      expect(swallowedErrorViolations(file("src/a.ts", `b();\n${text}`))).toHaveLength(1);
      expect(swallowedErrorViolations(file("src/a.ts", `// Gone is gone.\n${text}`))).toEqual([]);
    }
    expect(swallowedErrorViolations(file("src/a.ts", "try { a(); } catch { return null; }"))).toEqual([]);
  });
});

describe("tests", () => {
  test("are not left out by hand", () => {
    expect(leftOutViolations(tests)).toEqual([]);
  });

  test.each(["only", "skip", "todo", "skipIf"])("%s is found", (how) => {
    const [path, text] = ["test/a.test.ts", `describe.${how}("a", () => {});`];
    expect(leftOutViolations(file(path, text))).toHaveLength(1);
    expect(leftOutViolations(file(path, `const said = 1; // ${text}`))).toEqual([]);
  });

  test("do not wait by time", () => {
    expect(sleepViolations(tests)).toEqual([]);
  });

  test.each(["await Bun.sleep(5);", "await new Promise((done) => setTimeout(done, 5));"])(
    "%s is found",
    (text) => {
      expect(sleepViolations(file("test/a.test.ts", text))).toHaveLength(1);
      expect(sleepViolations(file("test/support/broker.ts", text))).toEqual([]);
    },
  );
});
