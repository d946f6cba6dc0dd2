import { afterEach, describe, expect, test } from "bun:test";
import { type NotificationReceiver, receiveNotifications } from "../../../sim/drill/notifications.ts";
import { serveBun } from "../../../src/runtime/serve-bun.ts";
import { manualClock } from "../../support/manual-clock.ts";

let receiver: NotificationReceiver | undefined;
afterEach(() => receiver?.stop());

async function listen(): Promise<NotificationReceiver> {
  receiver = await receiveNotifications({
    serve: serveBun,
    clock: manualClock(),
    host: "127.0.0.1",
    port: 0,
  });
  return receiver;
}

const post = (url: string, body: unknown) => fetch(url, { method: "POST", body: JSON.stringify(body) });

describe("notifications", () => {
  test("are remembered, one for each alert", async () => {
    const { url, received } = await listen();
    const alert = (alertname: string, status: string) => ({ status, labels: { alertname }, startsAt: "x" });
    const answer = await post(url, {
      version: "4",
      receiver: "pager",
      alerts: [alert("A", "firing"), alert("B", "resolved")],
    });
    expect(answer.status).toBe(200);
    expect(received.map((each) => `${each.receiver} ${each.alert} ${each.status}`)).toEqual([
      "pager A firing",
      "pager B resolved",
    ]);
  });

  test("that are none are refused and reported", async () => {
    const { url, received, problems } = await listen();
    expect((await post(url, { hello: 1 })).status).toBe(400);
    expect((await fetch(url)).status).toBe(400);
    expect(received).toEqual([]);
    expect(problems).toEqual(["the body is no webhook of Alertmanager", "GET: expected POST"]);
  });
});
