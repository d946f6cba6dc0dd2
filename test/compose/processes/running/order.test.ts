import { describe, expect, test } from "bun:test";
import type { ServicePlan } from "../../../../compose/processes/plan.ts";
import { startInOrder, stopInOrder } from "../../../../compose/processes/running/order.ts";
import { servicePlan } from "./plan-rig.ts";

const never = new AbortController().signal;
const plan = (name: string, dependsOn: readonly string[] = [], uses: readonly string[] = []): ServicePlan =>
  servicePlan({
    name,
    dependsOn: Object.fromEntries(dependsOn.map((other) => [other, "service_healthy" as const])),
    uses,
  });

/** Starts that end when they are told to. */
function controlledStarts() {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const begun: string[] = [];
  const gate = (name: string) => {
    const known = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, known);
    return known;
  };
  return {
    begun,
    gate,
    start: (service: ServicePlan) => {
      begun.push(service.name);
      return gate(service.name).promise;
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("services start", () => {
  test("at once where nothing forbids it, and each when all that it depends on is ready", async () => {
    const { begun, gate, start } = controlledStarts();
    const services = [
      plan("server", ["topics", "redis"]),
      plan("topics", ["kafka"]),
      plan("kafka"),
      plan("redis"),
    ];
    const all = startInOrder(services, start, never);
    await settled();
    expect(begun.sort()).toEqual(["kafka", "redis"]);
    gate("kafka").resolve();
    await settled();
    expect(begun.slice(2)).toEqual(["topics"]);
    gate("topics").resolve();
    await settled();
    expect(begun.slice(3)).toEqual([]);
    gate("redis").resolve();
    await settled();
    expect(begun.slice(3)).toEqual(["server"]);
    gate("server").resolve();
    await all;
  });

  test("no more after one has failed: the others are told, and its error is what is thrown", async () => {
    const failure = new Error("kafka died");
    const started: string[] = [];
    const start = async ({ name }: ServicePlan, signal: AbortSignal) => {
      started.push(name);
      if (name === "kafka") throw failure;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      throw new Error("aborted");
    };
    const services = [plan("redis"), plan("kafka"), plan("server", ["kafka"])];
    await expect(startInOrder(services, start, never)).rejects.toBe(failure);
    expect(started).toEqual(["redis", "kafka"]);
  });

  test("not at all if they wait for each other", async () => {
    const services = [plan("a", ["b"]), plan("b", ["a"])];
    await expect(startInOrder(services, async () => {}, never)).rejects.toThrow("wait for each other");
  });

  test("only until that is interrupted", async () => {
    const interruption = new AbortController();
    const start = async (_: ServicePlan) => interruption.abort();
    const services = [plan("kafka"), plan("server", ["kafka"])];
    await expect(startInOrder(services, start, interruption.signal)).rejects.toThrow("was interrupted");
  });
});

describe("services stop", () => {
  test("after those that depend on them or use them", async () => {
    const stopped: string[] = [];
    const services = [
      plan("kafka"),
      plan("redis"),
      plan("server", ["kafka"], ["redis"]),
      plan("sim", [], ["server"]),
    ];
    await stopInOrder(services, async ({ name }) => {
      await settled();
      stopped.push(name);
    });
    expect(stopped.slice(0, 2)).toEqual(["sim", "server"]);
    expect(stopped.slice(2).sort()).toEqual(["kafka", "redis"]);
  });

  test("also if they use each other, and if one cannot be stopped", async () => {
    const stopped: string[] = [];
    const services = [plan("a", [], ["b"]), plan("b", [], ["a"]), plan("c", [], ["a"])];
    const stop = async ({ name }: ServicePlan) => {
      stopped.push(name);
      if (name === "c") throw new Error("c is stubborn");
    };
    await expect(stopInOrder(services, stop)).rejects.toThrow("c is stubborn");
    expect(stopped.sort()).toEqual(["a", "b", "c"]);
  });
});
