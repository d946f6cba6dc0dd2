import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyConfig, updateConfig } from "../../../../compose/processes/places/config-copy.ts";
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
    copyConfig([{ source, target }], {
      rewrite: (text, path) => `${text} of ${path.slice(source.length)}`,
      place: (text) => text.replace("kafka", "here"),
    });
    expect(readFileSync(join(target, "a.txt"), "utf8")).toBe("here of /a.txt");
    expect(readFileSync(join(target, "deep", "b.txt"), "utf8")).toBe("here too of /deep/b.txt");
    expect(readFileSync(join(target, "c.bin"))).toEqual(bytes);
    expect(readdirSync(target).sort()).toEqual(["a.txt", "c.bin", "deep"]);
  });

  test("of what is not there is an empty folder", () => {
    copyConfig([{ source: join(dir, "none"), target: join(dir, "target") }], { place: (text) => text });
    expect(readdirSync(join(dir, "target"))).toEqual([]);
  });

  describe("that is brought up to date", () => {
    let place: { readonly source: string; readonly target: string };
    const put = (at: "source" | "target", name: string, text: string) =>
      writeFileSync(join(place[at], name), text);
    const copied = () =>
      Object.fromEntries(
        readdirSync(place.target).map((name) => [name, readFileSync(join(place.target, name), "utf8")]),
      );
    const texts = { place: (text: string) => `${text}, placed` };
    const names = (paths: readonly string[]) => paths.map((path) => path.slice(place.target.length + 1));
    beforeEach(() => {
      place = { source: join(dir, "source"), target: join(dir, "target") };
      mkdirSync(place.source);
      for (const name of ["a", "b", "c"]) put("source", name, name);
    });

    test("has what changed, lacks what is gone, and keeps what was changed in the copy alone", () => {
      const first = copyConfig([place], texts);
      put("target", "a", "mine");
      put("target", "own", "mine");
      rmSync(join(place.target, "b"));
      expect(updateConfig([place], first, texts)).toEqual({ files: first, changed: [] });
      expect(copied()).toEqual({ a: "mine", c: "c, placed", own: "mine" });

      put("source", "a", "new");
      put("source", "d", "d");
      rmSync(join(place.source, "c"));
      const { files, changed } = updateConfig([place], first, texts);
      expect(names(changed).toSorted()).toEqual(["a", "c", "d"]);
      expect(copied()).toEqual({ a: "new, placed", d: "d, placed", own: "mine" });
      expect(names(Object.keys(files)).toSorted()).toEqual(["a", "b", "d"]);
    });

    test("keeps the texts that the start has given", () => {
      const rewrite = (text: string) => (text === "a" ? "given" : text);
      const first = copyConfig([place], { ...texts, rewrite });
      put("source", "a", "new");
      put("source", "b", "new");
      const second = updateConfig([place], first, texts);
      expect(names(second.changed)).toEqual(["b"]);
      rmSync(join(place.source, "a"));
      expect(updateConfig([place], second.files, texts).changed).toEqual([]);
      expect(copied()).toEqual({ a: "given, placed", b: "new, placed", c: "c, placed" });
    });

    test("may have a folder where a file was, and none at all", () => {
      const first = copyConfig([place], texts);
      rmSync(join(place.source, "a"));
      mkdirSync(join(place.source, "a"));
      put("source", join("a", "deep"), "deep");
      const { files } = updateConfig([place], first, texts);
      expect(readFileSync(join(place.target, "a", "deep"), "utf8")).toBe("deep, placed");
      rmSync(place.source, { recursive: true });
      updateConfig([place], files, texts);
      expect(readdirSync(place.target)).toEqual(["a"]);
      expect(readdirSync(join(place.target, "a"))).toEqual([]);
    });
  });
});
