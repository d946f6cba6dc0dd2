import { describe, expect, test } from "bun:test";
import manifest from "../../package.json";
import {
  developmentImports,
  documentedDependencies,
  type Lock,
  lockViolations,
  unpinned,
} from "./dependencies.ts";
import { readSource, sourceFiles } from "./source-tree.ts";

describe("the tree", () => {
  test("pins every dependency to one version", () => {
    expect(unpinned(manifest)).toEqual([]);
  });

  test("has a lock file that installs on every platform from any registry", () => {
    const lock: Lock = JSON.parse(readSource("package-lock.json").text);
    expect(lockViolations(lock)).toEqual([]);
  });

  test("keeps what is for development out of the program", () => {
    expect(developmentImports(sourceFiles("src", "sim"), manifest)).toEqual([]);
  });

  test("says in the README why each dependency is there", () => {
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect([...documentedDependencies(readSource("README.md").text)].sort()).toEqual(names.sort());
  });
});

describe("the dependency check", () => {
  test.each(["^1.2.3", "~1.2.3", "1.x", "latest", ">=1.2.3"])("finds the range %s", (version) => {
    expect(unpinned({ dependencies: { a: version }, devDependencies: { b: "1.2.3" } })).toHaveLength(1);
  });

  test("finds what is for development only in the program", () => {
    const text = 'import { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";';
    expect(developmentImports([{ path: "src/a.ts", text }], manifest)).toEqual([
      "src/a.ts: loads @grafana/grafana-foundation-sdk/dashboard, which is for development only",
    ]);
  });

  test("finds what keeps a lock file from working elsewhere", () => {
    const packages = {
      "": {},
      "node_modules/a": {
        integrity: "sha512-x",
        optionalDependencies: { "@a/linux": "1.0.0", "@a/mac": "1.0.0" },
      },
      "node_modules/@a/linux": { integrity: "sha512-y", resolved: "https://registry.example/a.tgz" },
      "node_modules/b": {},
    };
    expect(lockViolations({ packages })).toEqual([
      "node_modules/a: @a/mac is not locked",
      "node_modules/@a/linux: names a registry",
      "node_modules/b: has no checksum",
    ]);
  });

  test("reads the table of the README and nothing around it", () => {
    const readme =
      "## Use\n| `x` | y |\n## Dependencies\n\n| package | why |\n|---|---|\n| `hono` | routes |\n## Z\n";
    expect(documentedDependencies(readme)).toEqual(["hono"]);
  });
});
