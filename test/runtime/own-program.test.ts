import { describe, expect, test } from "bun:test";
import { text } from "node:stream/consumers";
import { ownProgram, startProgram } from "../../src/runtime/own-program.ts";

const versions = { ...process.versions, deno: undefined } as unknown as NodeJS.ProcessVersions;

describe("the program starts itself again", () => {
  test("as the runtime with the script", () => {
    const argv = ["/usr/bin/bun", "/srv/src/cli/main.ts", "verify", "--json"];
    expect(ownProgram({ execPath: "/usr/bin/bun", argv, versions })).toEqual([
      "/usr/bin/bun",
      "/srv/src/cli/main.ts",
    ]);
  });

  test.each(["/$bunfs/root/dashstream", "B:/~BUN/root/dashstream.exe", "B:\\~BUN\\root\\dashstream.exe"])(
    "as the executable alone, whose script is %s",
    (script) => {
      const execPath = "/opt/dashstream";
      expect(ownProgram({ execPath, argv: ["bun", script, "verify"], versions })).toEqual([execPath]);
    },
  );

  test("on Deno with all that it may do, since nobody could be asked", () => {
    const found = ownProgram({
      execPath: "/usr/bin/deno",
      argv: ["deno", "/srv/main.ts", "verify"],
      versions: { ...versions, deno: "2.5.0" },
    });
    expect(found[0]).toBe("/usr/bin/deno");
    expect(found).toContain("--allow-all");
    expect(found.at(-1)).toBe("/srv/main.ts");
  });
});

test("a program that is started gets its arguments, input and tuning, and no setting of this process", async () => {
  process.env.KAFKA_BROKERS = "elsewhere:9092";
  try {
    const script = 'read line; echo "$1 $line $KAFKA_BROKERS$PACE"; echo "$PATH"';
    const child = startProgram(["/bin/sh", "-c", script, "sh"], ["an argument"], { PACE: "fast" });
    child.stdin.end("a line\n");
    expect(await text(child.stdout)).toBe(`an argument a line fast\n${process.env.PATH}\n`);
  } finally {
    delete process.env.KAFKA_BROKERS;
  }
});
