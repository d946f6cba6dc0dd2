import { describe, expect, test } from "bun:test";
import { alertmanagerApi } from "../../../sim/drill/alertmanager-api.ts";
import { answering } from "./prometheus-answers.ts";

const alert = (alertname: string, fingerprint: string, inhibitedBy: readonly string[] = []) => ({
  labels: { alertname, job: "a" },
  fingerprint,
  status: { state: inhibitedBy.length === 0 ? "active" : "suppressed", inhibitedBy, silencedBy: [] },
  startsAt: "2026-01-05T08:00:00Z",
});

const api = (answer: unknown) =>
  alertmanagerApi("http://alertmanager:9093/", answering({ "GET /api/v2/alerts": answer }));

describe("Alertmanager tells which alerts are muted", () => {
  test("and by which others", async () => {
    const answer = [alert("Low", "1", ["2", "3"]), alert("High", "2"), alert("Down", "3")];
    expect(await api(answer).muted()).toEqual([
      { labels: { alertname: "Low", job: "a" }, by: ["High", "Down"] },
    ]);
  });

  test("also if the other one is gone meanwhile, by its fingerprint", async () => {
    expect(await api([alert("Low", "1", ["ff00"])]).muted()).toEqual([
      { labels: { alertname: "Low", job: "a" }, by: ["ff00"] },
    ]);
  });

  test("or that none is", async () => {
    expect(await api([alert("High", "2")]).muted()).toEqual([]);
    expect(await api([]).muted()).toEqual([]);
  });

  test("or is named when it does not answer, or with something else", async () => {
    await expect(api(new Error("timed out")).muted()).rejects.toThrow(
      "GET http://alertmanager:9093/api/v2/alerts: timed out",
    );
    await expect(api([{ labels: {} }]).muted()).rejects.toThrow("the answer has another shape than expected");
    await expect(api(undefined).muted()).rejects.toThrow("status 404");
  });
});
