import { expect, test } from "bun:test";
import { parse, stringify } from "yaml";
import { alertmanagerConfig } from "../../src/alerts/alertmanager.ts";
import { eventually } from "../support/eventually.ts";
import { describeReal } from "../support/real-components.ts";
import { type AlertLabels, type RunningAlertmanager, startAlertmanager } from "./alertmanager-process.ts";
import { labelsOf } from "./rule-labels.ts";

/** One notification, as `receiver status alert|alert`. */
type Told = string;

interface Route {
  readonly group_wait?: string;
  readonly routes?: readonly Route[];
}

/** The same routes with waits that a test can await. */
function hurried(route: Route): object {
  const routes = route.routes?.map(hurried);
  return { ...route, group_wait: "300ms", group_interval: "600ms", ...(routes ? { routes } : {}) };
}

/** An Alertmanager with the routes of the stack, and all that its receivers were told. */
async function site(run: (alertmanager: RunningAlertmanager, told: readonly Told[]) => Promise<void>) {
  const told: Told[] = [];
  const receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { status, alerts } = (await request.json()) as {
        readonly status: string;
        readonly alerts: readonly { readonly labels: AlertLabels }[];
      };
      const names = alerts.map(({ labels }) => labels.alertname).toSorted();
      told.push(`${new URL(request.url).pathname.slice(1)} ${status} ${names.join("|")}`);
      return new Response();
    },
  });
  const address = (name: string) => `http://127.0.0.1:${receiver.port}/${name}`;
  const webhooks = { p0: address("p0"), p1: address("p1"), p2: address("p2"), watchdog: address("watchdog") };
  const { route, ...rest } = parse(alertmanagerConfig({ webhooks }));
  const alertmanager = await startAlertmanager(stringify({ ...rest, route: hurried(route) }));
  try {
    await run(alertmanager, told);
  } finally {
    await alertmanager.stop();
    await receiver.stop(true);
  }
}

const HIGHER = labelsOf("KafkaInfraErrorsCritical");
const LOWER = labelsOf("KafkaInfraErrorsDetected");
/** Told by the receiver of the lower tier, and muted by nothing. */
const CONTROL = labelsOf("OversizedMessage");

describeReal("prometheus-alertmanager", "a real Alertmanager", () => {
  test("tells of the higher tier only, of its end, and then of the lower tier if that still fires", async () => {
    await site(async (alertmanager, told) => {
      await alertmanager.post([HIGHER, LOWER]);
      await eventually(() => told.includes("p0 firing KafkaInfraErrorsCritical"));
      // Its group began later and waits as long, so that the one of the lower tier has been through before.
      await alertmanager.post([CONTROL]);
      await eventually(() => told.includes("p2 firing OversizedMessage"));
      expect(told).toEqual(["p0 firing KafkaInfraErrorsCritical", "p2 firing OversizedMessage"]);

      await alertmanager.resolve([HIGHER]);
      const afterwards = ["p0 resolved KafkaInfraErrorsCritical", "p2 firing KafkaInfraErrorsDetected"];
      await eventually(() => afterwards.every((line) => told.includes(line)));
      expect(told.filter((line) => line.includes("Infra")).toSorted()).toEqual([
        "p0 firing KafkaInfraErrorsCritical",
        ...afterwards,
      ]);

      await alertmanager.post([HIGHER]);
      await eventually(
        () => told.filter((line) => line === "p0 firing KafkaInfraErrorsCritical").length === 2,
      );
    });
  }, 30_000);

  test("tells one receiver of each alert, and never of the end of the Watchdog", async () => {
    await site(async (alertmanager, told) => {
      const watchdog = labelsOf("Watchdog");
      await alertmanager.post([labelsOf("SequenceGapsDetected"), labelsOf("HighDLQRate"), CONTROL, watchdog]);
      await eventually(() => told.length === 4);
      expect(told.toSorted()).toEqual([
        "p0 firing SequenceGapsDetected",
        "p1 firing HighDLQRate",
        "p2 firing OversizedMessage",
        "watchdog firing Watchdog",
      ]);
      await alertmanager.resolve([watchdog]);
      await alertmanager.resolve([CONTROL]);
      await eventually(() => told.includes("p2 resolved OversizedMessage"));
      expect(told.filter((line) => line.startsWith("watchdog"))).toEqual(["watchdog firing Watchdog"]);
    });
  }, 30_000);

  test("tells of one cause once: by alert, component and tenant", async () => {
    await site(async (alertmanager) => {
      await alertmanager.post([
        labelsOf("ServiceDown", { component: "kafka" }),
        labelsOf("ServiceDown", { component: "websocket-server", instance: "a" }),
        labelsOf("ServiceDown", { component: "websocket-server", instance: "b" }),
        labelsOf("KafkaPartitionStale", { partition: "0" }),
        labelsOf("KafkaPartitionStale", { partition: "1" }),
        labelsOf("TenantRateLimitExceeded", { tenant_id: "acme" }),
        labelsOf("TenantRateLimitExceeded", { tenant_id: "globex" }),
      ]);
      const grouped = async () =>
        (await alertmanager.groups()).map(({ labels, receiver, alerts }) => {
          const { alertname, component, tenant_id = "" } = labels;
          return `${receiver.name} ${alertname} ${component} ${tenant_id}: ${alerts.length}`;
        });
      await eventually(async () => (await grouped()).length === 5);
      expect((await grouped()).toSorted()).toEqual([
        "dashstream-p0 ServiceDown kafka : 1",
        "dashstream-p0 ServiceDown websocket-server : 2",
        "dashstream-p1 KafkaPartitionStale websocket-server : 2",
        "dashstream-p2 TenantRateLimitExceeded stream acme: 1",
        "dashstream-p2 TenantRateLimitExceeded stream globex: 1",
      ]);
    });
  }, 30_000);
});
