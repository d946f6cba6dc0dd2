import { describe, expect, test } from "bun:test";
import { type FlagRules, parseFlags } from "../../../../compose/processes/stand-ins/flags.ts";

const rules: FlagRules = {
  specs: [
    { name: "follow", short: "f" },
    { name: "tty", short: "t" },
    { name: "tail", short: "n", takes: "value" },
  ],
  interspersed: true,
  complain: (problem) => new Error(problem),
};
const parse = (line: string, more: Partial<FlagRules> = {}) =>
  parseFlags(line.split(" "), { ...rules, ...more });

describe("flags", () => {
  test.each([["--tail 5 web"], ["--tail=5 web"], ["-n 5 web"], ["-n5 web"], ["-n=5 web"], ["web --tail=5"]])(
    "%s has a value and a word",
    (line) => {
      const flags = parse(line);
      expect([flags.last("tail"), flags.words]).toEqual(["5", ["web"]]);
    },
  );

  test("of one letter may be written together, the last with its value", () => {
    const flags = parse("-ftn5 web");
    expect([flags.has("follow"), flags.has("tty"), flags.last("tail")]).toEqual([true, true, "5"]);
  });

  test("can be switched off, and given more than once", () => {
    expect(parse("--follow=false web").has("follow")).toBe(false);
    expect(parse("-n 1 -n 2 web").all("tail")).toEqual(["1", "2"]);
    expect(parse("web").last("tail")).toBeNull();
  });

  test("end at two hyphens, and at the first word where a command follows", () => {
    expect(parse("web -- --tail -f").words).toEqual(["web", "--tail", "-f"]);
    const flags = parse("-f web ls --tail 5 -x", { interspersed: false });
    expect([flags.has("follow"), flags.words]).toEqual([true, ["web", "ls", "--tail", "5", "-x"]]);
  });

  test("a single hyphen is a word", () => expect(parse("- web").words).toEqual(["-", "web"]));

  test.each([
    ["--wrong web", "unknown flag: --wrong"],
    ["--wrong=5 web", "unknown flag: --wrong"],
    ["-fx web", "unknown shorthand flag: 'x' in -fx"],
    ["web --tail", "flag needs an argument: --tail"],
    ["web -n", "flag needs an argument: 'n' in -n"],
  ])("%s is refused: %s", (line, problem) => {
    expect(() => parse(line)).toThrow(problem);
  });
});
