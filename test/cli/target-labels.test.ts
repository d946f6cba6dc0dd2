import { describe, expect, test } from "bun:test";
import { parseTargetLabels, refuseJobs } from "../../src/cli/target-labels.ts";

describe("--target-labels", () => {
  test.each([
    ["namespace=prod, team=a", { all: { namespace: "prod", team: "a" }, of: {} }],
    ["job=monitoring/pod:metrics", { all: { job: "monitoring/pod:metrics" }, of: {} }],
    ["instance=host:9090", { all: { instance: "host:9090" }, of: {} }],
    ["exporter:instance=host:9090", { all: {}, of: { exporter: { instance: "host:9090" } } }],
    ["a=b=c", { all: { a: "b=c" }, of: {} }],
    [
      "exporter:job=a,exporter:team=b,job=c",
      { all: { job: "c" }, of: { exporter: { job: "a", team: "b" } } },
    ],
  ])("has labels of all and of single components: %s", (text, expected) => {
    expect(parseTargetLabels(text)).toEqual(expected);
  });

  test("may be there several times", () => {
    expect(parseTargetLabels("exporter:b=2,a=3", parseTargetLabels("a=1,exporter:a=1"))).toEqual({
      all: { a: "3" },
      of: { exporter: { a: "1", b: "2" } },
    });
  });

  test.each([
    [":job=c", 'before the colon, not ""'],
    ["host:9090=x", 'not "host:9090=x"'],
    ["server:job=c", 'before the colon, not "server"'],
    ["exporter:=x", 'not "exporter:=x"'],
    ["exporter:job=", 'not "exporter:job="'],
    ["a:b:c=d", 'not "a:b:c=d"'],
    ["a=b,", 'not ""'],
    ["instance=a,b", 'which no value may contain, not "b"'],
  ])("is refused if it is %s", (text, message) => {
    expect(() => parseTargetLabels(text)).toThrow(message);
  });

  test("has no jobs where our own rules are verified", () => {
    const refused = (text: string) => () => refuseJobs(parseTargetLabels(text));
    expect(refused("namespace=prod,exporter:team=a")).not.toThrow();
    expect(refused("namespace=prod,job=shop")).toThrow("--target-labels: job=shop would replace");
    expect(refused("exporter:job=shop")).toThrow("--target-labels: exporter:job=shop would replace");
  });
});
