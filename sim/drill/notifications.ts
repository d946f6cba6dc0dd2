// What Alertmanager sends: a webhook receiver that remembers for each alert when people would have been told of it.

import { z } from "zod";
import type { Clock } from "../../src/runtime/clock.ts";
import type { HttpServer, ServeHttp } from "../../src/runtime/http.ts";

const labels = z.record(z.string(), z.string());

/** Version 4 of the webhook of Alertmanager, as far as it is used here. */
const webhook = z.object({
  receiver: z.string(),
  alerts: z.array(z.object({ status: z.enum(["firing", "resolved"]), labels, startsAt: z.string() })),
});

export interface Notification {
  readonly atMs: number;
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NotificationReceiver {
  readonly url: string;
  /** In the order in which they came; one for each alert of a notification. */
  readonly received: readonly Notification[];
  /** Requests that were no webhook of Alertmanager, in sentences. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

export interface ReceiverOptions {
  readonly serve: ServeHttp;
  readonly clock: Clock;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

const MAX_FRAME_BYTES = 1_024;
const SHOWN_PROBLEMS = 20;

/** @throws DashstreamError `port_in_use` or `listen_failed` */
export async function receiveNotifications(options: ReceiverOptions): Promise<NotificationReceiver> {
  const { serve, clock, host, port } = options;
  const received: Notification[] = [];
  const problems: string[] = [];
  const refuse = (reason: string) => {
    if (problems.length < SHOWN_PROBLEMS) problems.push(reason);
    return new Response(`${reason}\n`, { status: 400 });
  };
  const take = async (request: Request): Promise<Response> => {
    if (request.method !== "POST") return refuse(`${request.method}: expected POST`);
    const parsed = webhook.safeParse(await request.json().catch(() => null));
    if (!parsed.success) return refuse("the body is no webhook of Alertmanager");
    const atMs = clock.nowMs();
    const { receiver, alerts } = parsed.data;
    for (const alert of alerts) {
      const name = alert.labels.alertname ?? "";
      received.push({ atMs, receiver, status: alert.status, alert: name, labels: alert.labels });
    }
    return new Response("ok\n");
  };
  const server: HttpServer = await serve({
    hostname: host,
    port,
    fetch: take,
    maxFrameBytes: MAX_FRAME_BYTES,
    maxBufferedBytes: MAX_FRAME_BYTES,
  });
  return { url: `http://${server.hostname}:${server.port}/`, received, problems, stop: () => server.stop() };
}
