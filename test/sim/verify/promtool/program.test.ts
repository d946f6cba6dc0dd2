import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPromtool } from "../../../../sim/verify/promtool/program.ts";
import { promtool3Path } from "../../../support/promtool3.ts";
import { describeReal } from "../../../support/real-components.ts";

const folder = mkdtempSync(join(tmpdir(), "dashstream-promtool-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that prints a version, and fails every test. */
function stub(name: string, version: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] || exit 1\necho '${version}'\n`, { mode: 0o755 });
  return path;
}

const refusal = (program: string) =>
  checkPromtool(program).then(
    () => null,
    (error) => error,
  );

describe("a promtool", () => {
  test.each([
    ["2.55.1", "promtool, version 2.55.1 (branch: HEAD, revision: 6d7569113f1ca814f1e149f74176656540043b8d)"],
    ["3.8.1", "promtool, version 3.8.1 (branch: HEAD, revision: 6d7569113f1ca814f1e149f74176656540043b8d)"],
  ])("of %s is too old", async (version, line) => {
    const program = stub(`promtool-${version}`, line);
    expect(await refusal(program)).toMatchObject({
      code: "usage",
      message: expect.stringContaining(`${program} is promtool, version ${version}; expected 3.9 or later`),
    });
  });

  test.each(["3.9.0", "3.16.0", "4.0.0-rc.1"])("of %s will do", async (version) => {
    expect(
      await refusal(stub(`promtool-${version}`, `promtool, version ${version} (branch: HEAD)`)),
    ).toBeNull();
  });

  test("that does not say its version is asked for what old ones do not know", async () => {
    expect(
      await refusal(stub("promtool-unknown", "promtool, version  (branch: , revision: unknown)")),
    ).toMatchObject({
      code: "usage",
      message: expect.stringContaining("is a promtool of unknown version; expected 3.9 or later"),
    });
  });

  test("is not any other program", async () => {
    expect(await refusal(stub("other", "other 3.16"))).toMatchObject({
      code: "usage",
      message: expect.stringContaining('is not promtool: --version printed "other 3.16"'),
    });
  });

  test("that is not there is said to be missing, with the option that names another", async () => {
    expect(await refusal("promtool-that-nobody-has")).toMatchObject({
      code: "usage",
      message: "promtool-that-nobody-has is not there in PATH; --promtool names another",
    });
    expect(await refusal(join(folder, "none"))).toMatchObject({
      message: expect.stringMatching(/none is not there$/),
    });
  });
});

describeReal("promtool3", "promtool 3 of the sources", () => {
  test("is taken although it does not know its version", async () => {
    expect(await refusal(promtool3Path() ?? "")).toBeNull();
  });
});

describeReal("promtool", "the promtool of Debian", () => {
  test("is refused", async () => {
    expect(await refusal("promtool")).toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^promtool is promtool, version 2\.\S+; expected 3\.9 or later/),
    });
  });
});
