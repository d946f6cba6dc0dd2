import { describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import manifest from "../../package.json";
import { hadolintPath } from "../support/hadolint.ts";
import { describeReal } from "../support/real-components.ts";
import { appliances, commandLineProblem } from "./appliance-rules.ts";
import { COMPOSE_FILE, readStack, STACK_FOLDER, stackFile } from "./stack-file.ts";

const TREE = join(STACK_FOLDER, "..");

/** Instructions in their order, continuation lines joined and comments left out. */
const INSTRUCTIONS = stackFile("Dockerfile")
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line.trim() !== "");

const FINAL = INSTRUCTIONS.slice(INSTRUCTIONS.findLastIndex((line) => line.startsWith("FROM ")));

/** What follows an instruction of the final stage. */
function final(instruction: string): string {
  return FINAL.find((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1) ?? "";
}

describeReal("hadolint", "hadolint", () => {
  test("has nothing against the Dockerfile", () => {
    const { stdout, exitCode } = Bun.spawnSync([
      hadolintPath() ?? "",
      "--failure-threshold=style",
      join(STACK_FOLDER, "Dockerfile"),
    ]);
    expect(stdout.toString()).toBe("");
    expect(exitCode).toBe(0);
  });
});

describe("the image", () => {
  test("is made from exact versions", () => {
    const bases = INSTRUCTIONS.filter((line) => line.startsWith("FROM ")).map((line) => line.split(" ")[1]);
    for (const base of bases) expect(base).toMatch(/:(\d+\.\d+\.\d+-\w+|\w+-\d{8}-slim)$/);
    expect(final("LABEL")).toContain(`base.name="docker.io/library/${bases.at(-1)}"`);
  });

  test("says which version it is", () => {
    expect(final("ARG")).toBe(`VERSION=${manifest.version}`);
    expect(final("LABEL")).toContain(`licenses="${manifest.license}"`);
    expect(final("LABEL")).toContain(`description="${manifest.description}"`);
  });

  test("runs as the same user that the stack names, who owns the folder of its state", () => {
    const users = appliances(readStack(stackFile(COMPOSE_FILE))).map(([, { user }]) => user);
    expect(new Set(users)).toEqual(new Set([final("USER")]));
    const [user, group] = final("USER").split(":");
    expect(final("RUN")).toContain(`install -d -o ${user} -g ${group} -m 0750 ${final("WORKDIR")}`);
  });

  test("starts the server without a shell, and asks it whether it is ready", async () => {
    const words = (text: string): readonly string[] => JSON.parse(text.slice(text.indexOf("[")));
    expect(words(final("ENTRYPOINT"))).toEqual(["dashstream"]);
    expect(await commandLineProblem(words(final("CMD")))).toBeNull();
    const [program, ...check] = words(final("HEALTHCHECK"));
    expect(program).toBe("dashstream");
    expect(check).toEqual(["healthcheck", "--ready"]);
    expect(await commandLineProblem(check)).toBeNull();
  });

  // The steps of the build stage, with the packages of this tree instead of its `npm ci`.
  test("can be built from what .dockerignore lets through and COPY takes", () => {
    const allowed = stackFile("Dockerfile.dockerignore")
      .split("\n")
      .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
    const copied = INSTRUCTIONS.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) =>
      line.split(" ").slice(1, -1),
    );
    expect(copied.toSorted()).toEqual(allowed.toSorted());
    const folder = mkdtempSync(join(tmpdir(), "image-"));
    try {
      for (const name of copied) {
        cpSync(join(TREE, name), join(folder, name), {
          recursive: true,
          preserveTimestamps: true,
          filter: (path) => !relative(TREE, path).endsWith(".md"),
        });
      }
      symlinkSync(join(TREE, "node_modules"), join(folder, "node_modules"));
      const env = { ...process.env, GIT_COMMIT_SHA: "abc", BUILD_DATE: "2026-01-01" };
      const built = Bun.spawnSync(["make", "build"], { cwd: folder, env });
      expect([built.exitCode, built.exitCode === 0 ? "" : built.stderr.toString()]).toEqual([0, ""]);
      const { stdout } = Bun.spawnSync([join(folder, "dist", "dashstream"), "version", "--json"]);
      expect(JSON.parse(stdout.toString())).toMatchObject({ version: manifest.version, git_sha: "abc" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

describeReal("ldd", "the executable", () => {
  test("is linked with glibc only, which the image has", () => {
    const bun = join(TREE, "node_modules", "bun", "bin", "bun.exe");
    const { stdout } = Bun.spawnSync(["ldd", bun]);
    const libraries = [...stdout.toString().matchAll(/^\s+(\S+)/gm)].map(([, path = ""]) => basename(path));
    expect(libraries).toContain("libc.so.6");
    const glibc = /^(linux-vdso|ld-linux[\w-]*|libc|libpthread|libdl|libm|librt)\.so\.\d$/;
    expect(libraries.filter((name) => !glibc.test(name))).toEqual([]);
  });
});
