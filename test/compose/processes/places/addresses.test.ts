import { describe, expect, test } from "bun:test";
import { Addresses, type Reachable } from "../../../../compose/processes/places/addresses.ts";

const service = (name: string, ports: Reachable["ports"] = [], ...aliases: string[]): Reachable => ({
  name,
  hosts: [name, ...aliases],
  ports,
});
const port = (target: number, published: number | null = target) => ({ target, published });

const SERVICES = [
  service("dashstream-kafka", [port(9092)], "broker.local"),
  service("dashstream-redis", [port(6379)]),
  service("dashstream-quality-monitor", [port(3003, 4003)]),
  service("dashstream-quality", [port(3002)]),
];

const shifted = (offset = 1000) => new Addresses(SERVICES, offset);

describe("an address of the compose file", () => {
  test.each([
    // A published port is where it was published, any other under its own number, all shifted alike.
    ["dashstream-kafka:9092", "127.0.0.1:10092"],
    ["dashstream-quality-monitor:3003", "127.0.0.1:5003"],
    ["dashstream-kafka:29092", "127.0.0.1:30092"],
    ["broker.local:9092", "127.0.0.1:10092"],
    ["1@dashstream-kafka:29093", "1@127.0.0.1:30093"],
    [
      "PLAINTEXT://dashstream-kafka:29092,X://dashstream-kafka:9092",
      "PLAINTEXT://127.0.0.1:30092,X://127.0.0.1:10092",
    ],
    ["redis://user:secret@dashstream-redis:6379/0", "redis://user:secret@127.0.0.1:7379/0"],
    ["redis://user:secret@dashstream-redis/0", "redis://user:secret@127.0.0.1:7379/0"],
    ['["dashstream-quality-monitor:3003"]', '["127.0.0.1:5003"]'],
    // This machine's, where it is one that the stack publishes.
    ["http://localhost:3002/runbook", "http://localhost:4002/runbook"],
    ["http://localhost:4003", "http://localhost:5003"],
    ["http://localhost:8125", "http://localhost:8125"],
  ])("%s becomes %s", (text, expected) => {
    expect(shifted().replaceIn(text)).toBe(expected);
  });

  test.each([
    "job_name: dashstream-quality-monitor",
    "my-dashstream-kafka:9092",
    "dashstream-kafka-2:9092",
    "dashstream-quality-dlq",
    "kafka:9092",
    "dashstream-kafka:123456",
    "ftp://dashstream-kafka/x",
  ])("%s is none, and stays", (text) => {
    expect(shifted().replaceIn(text)).toBe(text);
  });

  test("is replaced once, also where the new one looks like an old one", () => {
    const addresses = new Addresses([service("a", [port(80)]), service("b", [port(1080)])], 1000);
    expect(addresses.replaceIn("a:80 b:1080 localhost:80")).toBe(
      "127.0.0.1:1080 127.0.0.1:2080 localhost:1080",
    );
  });

  test("of any interface, or of localhost, is the service's own in its own settings", () => {
    const addresses = shifted();
    expect(addresses.replaceIn("0.0.0.0:29092", "dashstream-kafka")).toBe("127.0.0.1:30092");
    expect(addresses.replaceIn("localhost:3003", "dashstream-quality-monitor")).toBe("localhost:5003");
    // Nobody publishes 3003, and for others it is not theirs.
    expect(addresses.replaceIn("localhost:3003", "dashstream-redis")).toBe("localhost:3003");
  });

  test("names the services that a text uses", () => {
    expect(shifted().servicesIn("dashstream-kafka:1,redis://dashstream-redis x dashstream-quality")).toEqual([
      "dashstream-kafka",
      "dashstream-redis",
    ]);
  });
});

describe("ports", () => {
  test("that nobody publishes get out of the way of those that are published", () => {
    const addresses = new Addresses([service("a", []), service("b", [port(8080)])], 0);
    expect(addresses.replaceIn("a:8080 b:8080")).toBe("127.0.0.1:8081 127.0.0.1:8080");
    expect(addresses.portOf("a", 8080)).toBe(8081);
  });

  test("that two services publish, or that are shifted too far, are refused", () => {
    const twice = [service("a", [port(80)]), service("b", [port(81, 80)])];
    expect(() => new Addresses(twice, 5)).toThrow("port 85 is that of a and of b");
    expect(() => shifted(60_000)).toThrow("dashstream-kafka gets port 69092 with the offset 60000");
  });

  test("are the same again for whoever finds the stack later", () => {
    const first = shifted();
    first.replaceIn("dashstream-kafka:29092");
    const later = new Addresses(SERVICES, 1000, first.all());
    expect(later.all()).toEqual(first.all());
    expect(later.replaceIn("dashstream-kafka:29092")).toBe("127.0.0.1:30092");
  });
});
