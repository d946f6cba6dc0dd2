import { afterEach, expect, test } from "bun:test";
import { portHolder } from "../../../../compose/processes/running/port-holder.ts";
import { requireFreePorts } from "../../../../compose/processes/running/ports.ts";
import { type Listener, systemNetwork } from "../../../../src/runtime/network.ts";
import { servicePlan } from "./plan-rig.ts";

let listener: Listener | null = null;
afterEach(() => listener?.close());

const needing = (name: string, port: number) =>
  servicePlan({ name, addresses: [{ service: name, containerPort: 80, port }] });

test("a port that is taken is named with its service and with who holds it", async () => {
  const held = await systemNetwork.listen("0.0.0.0", 0, () => {});
  listener = held;
  const check = requireFreePorts([needing("kafka", held.port)], systemNetwork);
  await expect(check).rejects.toThrow(
    new RegExp(`kafka needs port ${held.port}, but process ${process.pid} \\(.*\\) holds it`),
  );
  await expect(check).rejects.toHaveProperty("code", "port_in_use");
});

test("all ports that are taken are named at once, those that are free are no matter", async () => {
  const held = await systemNetwork.listen("127.0.0.1", 0, () => {});
  const free = await systemNetwork.listen("127.0.0.1", 0, () => {});
  await free.close();
  listener = held;
  await requireFreePorts([needing("redis", free.port)], systemNetwork);
  const both = requireFreePorts([needing("kafka", held.port), needing("redis", held.port)], systemNetwork);
  await expect(both).rejects.toThrow(/kafka needs port.*\nredis needs port/);
});

test("who holds a port that nobody holds is not known", async () => {
  const free = await systemNetwork.listen("127.0.0.1", 0, () => {});
  await free.close();
  expect(portHolder(free.port)).toBe("another program");
});
