// Whether Prometheus reads the files that a drill would take targets from.

import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TargetStatus } from "../../../sim/drill/prometheus-api.ts";
import { requireReadTargets } from "../../../sim/drill/read-targets.ts";
import type { TargetFile } from "../../../sim/drill/target-files.ts";
import { type DrillRig, onStack } from "./drill-rig.ts";

const JOB = "dashstream-quality";
const FILE = { path: "/home/me/targets/dashstream-quality.json", job: JOB, addresses: ["exporter:9190"] };

function target(address: string, file: string | null, job = JOB): TargetStatus {
  return {
    labels: { job },
    discoveredLabels: { __address__: address, ...(file === null ? {} : { __meta_filepath: file }) },
    health: "up",
    lastError: "",
    scrapeUrl: `http://${address}/metrics`,
    scrapeInterval: "15s",
  };
}

/** Asks a Prometheus that tells of these targets, of each answer in its turn and of the last for ever. */
function required(rig: DrillRig, ...answers: readonly (readonly TargetStatus[])[]) {
  return requiredOf(FILE, rig, ...answers);
}

function requiredOf(
  file: TargetFile,
  { options, over }: DrillRig,
  ...answers: readonly (readonly TargetStatus[])[]
) {
  let asked = 0;
  const targets = async () => answers[Math.min(asked++, answers.length - 1)] ?? [];
  const prometheus = { ...options.prometheus, targets };
  return over(requireReadTargets([file], { ...options, prometheus })).then(() => asked);
}

describe("files of targets", () => {
  test("are those of Prometheus if it has their targets from files of the same names, wherever they are", () =>
    onStack(async (rig) => {
      const read = target("exporter:9190", "/etc/prometheus/targets/dashstream-quality.json");
      expect(await required(rig, [target("other:1", null, "node"), read])).toBe(1);
    }));

  test("are waited for where Prometheus was just started", () =>
    onStack(async (rig) => {
      const read = target("exporter:9190", "targets/dashstream-quality.json");
      expect(await required(rig, [], [], [read])).toBe(3);
    }));

  test.each([
    ["none of the job", [], "none from such a file"],
    [
      "another address",
      [target("127.0.0.1:9190", "/etc/prometheus/targets/dashstream-quality.json")],
      "127.0.0.1:9190 from such a file",
    ],
    ["the address from no file", [target("exporter:9190", null)], "none from such a file"],
    ["the address from another file", [target("exporter:9190", "/etc/prometheus/all.json")], "none from"],
    [
      "the address of another job",
      [target("exporter:9190", "/etc/dashstream-quality.json", "other")],
      "none from",
    ],
  ])("are refused where Prometheus has %s", (_, answer, instead) =>
    onStack(async (rig) => {
      const startMs = rig.world.clock.nowMs();
      await expect(required(rig, answer)).rejects.toThrow(
        `${FILE.path} lists exporter:9190 for the job ${JOB}, and Prometheus has ${instead}`,
      );
      expect(rig.world.clock.nowMs() - startMs).toBeGreaterThanOrEqual(15_000);
    }),
  );

  describe("on the machine of Prometheus", () => {
    const folder = mkdtempSync(join(tmpdir(), "dashstream-read-targets-"));
    afterAll(() => rmSync(folder, { recursive: true }));
    for (const name of ["original", "copy"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "dashstream-quality.json"), "[]");
    }
    symlinkSync(join(folder, "original"), join(folder, "link"));
    const at = (directory: string) => join(folder, directory, "dashstream-quality.json");
    const read = target("exporter:9190", at("original"));

    test.each(["original", "link"])("are the very files that it reads, by the path %s", (directory) =>
      onStack(async (rig) => {
        expect(await requiredOf({ ...FILE, path: at(directory) }, rig, [read])).toBe(1);
      }),
    );

    test("are refused where they are copies, though they list the same", () =>
      onStack(async (rig) => {
        await expect(requiredOf({ ...FILE, path: at("copy") }, rig, [read])).rejects.toThrow(
          `${at("copy")} is another file than ${at("original")}, which Prometheus reads; expected --targets to be`,
        );
      }));
  });

  test("are not waited for by an interrupted drill", () =>
    onStack(async (rig) => {
      rig.interruption.abort();
      await expect(required(rig, [])).rejects.toMatchObject({
        code: "aborted",
        message: "interrupted while http://prometheus:9090 was asked for its targets; nothing was broken",
      });
    }));
});
