import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { faultParams } from "../../../sim/faults/fault-params.ts";
import { parseFaultText } from "../../../sim/faults/fault-text.ts";
import { FAULTS, parseFaultParams } from "../../../sim/faults/faults.ts";
import { faultIndex, faultPage } from "../../../sim/faults/pages.ts";

const folder = new URL("../../../sim/faults/", import.meta.url);
const page = (name: string) => readFileSync(new URL(`${name}.md`, folder), "utf8");
const all = [...FAULTS.values()];

describe("each fault", () => {
  test.each([...FAULTS.keys()])("%s has a file and a page of its name", (name) => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(existsSync(new URL(`${name}.ts`, folder))).toBe(true);
    expect(page(name)).toStartWith(`# ${name}\n`);
  });

  test.each(all)("$name describes its parameters, and has a default for each", (fault) => {
    const params = faultParams(fault);
    for (const { meaning, fallback, expected } of params) {
      expect(meaning).not.toBe("");
      expect(fallback).not.toBeNull();
      expect(expected).not.toBe("see its page");
    }
    const { params: defaults } = parseFaultParams(fault.name);
    expect(Object.keys(defaults as object).sort()).toEqual(params.map(({ name }) => name).sort());
  });

  test.each(all)("$name says what breaks in a sentence, and why something may accompany it", (fault) => {
    for (const text of [fault.summary, ...fault.mayRaise.map(({ because }) => because)]) {
      expect(text).toMatch(/^[A-Z].*[^.]\.$/);
    }
  });

  test("is in the registry by its own name, in order, and no page is left over", () => {
    expect([...FAULTS].every(([name, fault]) => fault.name === name)).toBe(true);
    const names = all.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    const pages = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");
    expect(pages.map((file) => file.replace(".md", "")).sort()).toEqual(names);
  });
});

describe("pages", () => {
  test.each(all)("that of $name tells the truth about parameters and alerts (make generate)", (fault) => {
    expect(faultPage(fault, page(fault.name))).toBe(page(fault.name));
  });

  test("the index has all of them (make generate)", () => {
    expect(faultIndex(all, page("README"))).toBe(page("README"));
  });
});

describe("parameters", () => {
  const wrong = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };

  test("that are not given have their defaults", () => {
    const { fault, params } = parseFaultParams("duplicate", { after: 5 });
    expect([fault.name, params]).toEqual(["duplicate", { share: 0.1, spread: "even", after: 5 }]);
  });

  test.each([
    ["duplicat", {}, 'there is no fault "duplicat"; did you mean duplicate?'],
    ["duplicate", { share: 2 }, "fault duplicate: share: 2 given, expected a number above 0, at most 1"],
    [
      "duplicate",
      { share: "0.1" },
      'fault duplicate: share: "0.1" given, expected a number above 0, at most 1',
    ],
    ["duplicate", { after: 1.5 }, "fault duplicate: after: 1.5 given, expected a whole number from 0 to 60"],
    ["duplicate", { spread: "x" }, 'fault duplicate: spread: "x" given, expected one of even, random'],
    ["duplicate", { shares: 1 }, "fault duplicate: shares: unknown parameter, did you mean share?"],
    ["duplicate", { q: 1 }, "fault duplicate: q: unknown parameter, it has share, spread, after"],
    ["null-value", { replace: 1 }, "fault null-value: replace: 1 given, expected true or false"],
    [
      "tenant-flood",
      { tenant: "" },
      'fault tenant-flood: tenant: "" given, expected a text of 1 to 256 characters',
    ],
    [
      "tenant-flood",
      { rate: 0, tenent: "a" },
      "fault tenant-flood: rate: 0 given, expected a number above 0, at most 100000; tenent: unknown parameter, did you mean tenant?",
    ],
  ])("of %s may not be %j", (name, params, message) => {
    expect(wrong(() => parseFaultParams(name, params))).toMatchObject({ code: "scenario_invalid", message });
  });

  test("an unknown fault that is like none is answered with all there are", () => {
    expect(String(wrong(() => parseFaultParams("volcano")))).toContain("there are ");
  });
});

describe("as text", () => {
  const given = (text: string) => parseFaultText(text).params;

  test("a name alone has all defaults", () => {
    expect(given("reorder")).toEqual(parseFaultParams("reorder").params);
  });

  test("parameters follow a colon, each as its kind", () => {
    expect(given("null-value:share=0.5,spread=random,replace=true")).toEqual({
      share: 0.5,
      spread: "random",
      replace: true,
    });
    expect(given("tenant-flood:tenant=123,rate=7")).toEqual({ tenant: "123", rate: 7 });
    expect(given("clock-skew:ahead_ms=-500")).toMatchObject({ ahead_ms: -500 });
    expect(given("tenant-flood:tenant=a=b:c")).toMatchObject({ tenant: "a=b:c" });
  });

  test.each([
    ["reorder:", 'fault reorder: "" given, expected parameters as key=value[,key=value]'],
    ["reorder:behind", 'fault reorder: "behind" given, expected parameters as key=value[,key=value]'],
    ["reorder:behind=1,behind=2", "fault reorder: behind: given twice"],
    ["reorder:behind=two", 'fault reorder: behind: "two" given, expected a whole number from 1 to 60'],
    ["reorder:behind=1e1", 'fault reorder: behind: "1e1" given, expected a whole number from 1 to 60'],
    ["null-value:replace=yes", 'fault null-value: replace: "yes" given, expected true or false'],
    [":share=1", 'there is no fault ""; '],
  ])("%j is refused with the reason", (text, message) => {
    expect(() => parseFaultText(text)).toThrow(message);
  });
});
