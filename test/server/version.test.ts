import { expect, test } from "bun:test";
import { buildInfo } from "../../src/runtime/build-info.ts";
import { versionReport } from "../../src/server/version.ts";

test("the version report has every key that clients read, and those of this program", () => {
  const build = { version: "1.2.3", gitSha: "abc", buildDate: "2026-01-01", runtime: "bun 1.4.5" };
  const stream = { topic: "t", groupId: "g", brokers: ["b:9092"], clusterId: null };
  const report = versionReport({ build, stream, maxPayloadBytes: 1_048_576, decodeErrorPolicy: "skip" });
  expect(report).toEqual({
    git_sha: "abc",
    build_date: "2026-01-01",
    schema_version: 1,
    component: "websocket-server",
    resume_namespace: "v1_dG9waWM9dDtncm91cD1nO2Jyb2tlcnM9Yjo5MDky",
    kafka_topic: "t",
    kafka_group_id: "g",
    max_payload_bytes: 1_048_576,
    decode_error_policy: "skip",
    version: "1.2.3",
    runtime: "bun 1.4.5",
  });
});

test("the program knows its version and its runtime", () => {
  expect(buildInfo.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(buildInfo.runtime).toBe(`bun ${Bun.version}`);
});
