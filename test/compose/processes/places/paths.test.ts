import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyConfig } from "../../../../compose/processes/places/config-copy.ts";
import { servicePaths } from "../../../../compose/processes/places/paths.ts";

describe("paths of a container", () => {
  const paths = servicePaths(
    {
      name: "one",
      mounts: [
        { target: "/etc/prometheus", source: { kind: "bind", path: "/project/prometheus" } },
        { target: "/prometheus", source: { kind: "volume", name: "prometheus-data" } },
        { target: "/var/log", source: { kind: "own" } },
      ],
    },
    "/state",
  );

  test.each([
    [
      "--config.file=/etc/prometheus/prometheus.yml",
      "--config.file=/state/files/one/etc/prometheus/prometheus.yml",
    ],
    ["--storage.tsdb.path=/prometheus", "--storage.tsdb.path=/state/data/prometheus-data"],
    ["/prometheus/wal", "/state/data/prometheus-data/wal"],
    ["/var/log/a.log", "/state/files/one/var/log/a.log"],
    ["/var/lib/x", "/state/files/one/var/lib/x"],
    ["a:/tmp,b:/tmp/c", "a:/state/files/one/tmp,b:/state/files/one/tmp/c"],
  ])("%s becomes %s", (text, expected) => {
    expect(paths.replaceIn(text)).toBe(expected);
  });

  test.each([
    "/etc/hosts",
    "/prometheus2",
    "/etc/prometheus-x",
    "http://host/var",
    "x/tmp",
    "../tmp",
    "/usr/bin",
  ])("%s is the same on both", (text) => {
    expect(paths.replaceIn(text)).toBe(text);
  });

  test("are looked up one by one", () => {
    expect(paths.pathOf("/prometheus")).toBe("/state/data/prometheus-data");
    expect(paths.pathOf("/etc/hosts")).toBeNull();
  });
});

describe("a copy of configuration", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "dashstream-copy-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test("has all files with their texts rewritten, binary ones as they are, and nothing of an earlier copy", () => {
    const [source, target] = [join(dir, "source"), join(dir, "target")];
    mkdirSync(join(source, "deep"), { recursive: true });
    mkdirSync(target);
    writeFileSync(join(target, "old.txt"), "old");
    writeFileSync(join(source, "a.txt"), "kafka");
    writeFileSync(join(source, "deep", "b.txt"), "kafka too");
    const bytes = Buffer.from([0, 107, 97, 102, 107, 97]);
    writeFileSync(join(source, "c.bin"), bytes);
    copyConfig(
      source,
      target,
      (text, path) => `${text.replace("kafka", "here")} of ${path.slice(source.length)}`,
    );
    expect(readFileSync(join(target, "a.txt"), "utf8")).toBe("here of /a.txt");
    expect(readFileSync(join(target, "deep", "b.txt"), "utf8")).toBe("here too of /deep/b.txt");
    expect(readFileSync(join(target, "c.bin"))).toEqual(bytes);
    expect(readdirSync(target).sort()).toEqual(["a.txt", "c.bin", "deep"]);
  });

  test("of what is not there is an empty folder", () => {
    copyConfig(join(dir, "none"), join(dir, "target"), (text) => text);
    expect(readdirSync(join(dir, "target"))).toEqual([]);
  });
});
