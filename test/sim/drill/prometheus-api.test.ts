import { describe, expect, test } from "bun:test";
import { storeOf } from "../../../sim/drill/live-recording.ts";
import { prometheusApi } from "../../../sim/drill/prometheus-api.ts";
import { answering, group, rule, START_MS } from "./prometheus-answers.ts";

const URL_ = "http://prometheus:9090/";

describe("Prometheus is asked", () => {
  test("for rules, and what has another shape is refused", async () => {
    const groups = [group(rule(1, []))];
    const api = prometheusApi(
      URL_,
      answering({ "GET /api/v1/rules": { status: "success", data: { groups } } }),
    );
    expect(await api.rules()).toEqual(groups);
    const wrong = prometheusApi(
      URL_,
      answering({ "GET /api/v1/rules": { data: { groups: [{ name: 1 }] } } }),
    );
    await expect(wrong.rules()).rejects.toThrow(
      "GET http://prometheus:9090/api/v1/rules: the answer has another shape than expected",
    );
  });

  test("and what does not answer, or answers with an error, is named", async () => {
    const silent = prometheusApi(URL_, answering({ "GET /api/v1/rules": new Error("timed out") }));
    await expect(silent.rules()).rejects.toThrow("GET http://prometheus:9090/api/v1/rules: timed out");
    await expect(prometheusApi(URL_, answering({})).rules()).rejects.toThrow("status 404: no such page");
  });

  test("for all samples between two times", async () => {
    const result = [
      {
        metric: { __name__: "up", job: "a" },
        values: [
          [START_MS / 1000, "1"],
          [START_MS / 1000 + 1, "NaN"],
        ],
      },
    ];
    const client = answering({
      [`GET /api/v1/query?query=up[2000ms]&time=${(START_MS + 2000) / 1000}.000`]: {
        data: { resultType: "matrix", result },
      },
    });
    const series = await prometheusApi(URL_, client).samples("up", START_MS, START_MS + 2000);
    expect(series).toEqual([
      {
        labels: { __name__: "up", job: "a" },
        samples: [
          { atMs: START_MS, value: 1 },
          { atMs: START_MS + 1000, value: Number.NaN },
        ],
      },
    ]);
  });
});

describe("samples as a recording", () => {
  const store = (times: readonly number[], endMs: number) =>
    storeOf(
      [
        {
          labels: { __name__: "up" },
          samples: times.map((second) => ({ atMs: second * 1000, value: second })),
        },
      ],
      { scrapeIntervalMs: 1000, endMs },
    );

  test("end where a scrape and a half is missing", () => {
    const [series] = store([1, 2, 5, 6], 6000).named("up");
    expect(series?.timestampsMs).toEqual([1000, 2000, 3000, 5000, 6000]);
    expect(series?.values).toEqual([1, 2, null, 5, 6]);
  });

  test("end before the recording does if nothing came any more", () => {
    expect(store([1, 2], 2900).named("up")[0]?.values).toEqual([1, 2]);
    expect(store([1, 2], 9000).named("up")[0]?.values).toEqual([1, 2, null]);
  });
});
