import { describe, expect, test } from "bun:test";
import { browserViolations, LAYERS, layerViolations } from "./layers.ts";
import { readSource, sourceFiles } from "./source-tree.ts";

const judge = (path: string, text: string) => layerViolations([{ path, text }]);

describe("the tree", () => {
  test("imports only along the layers", () => {
    expect(layerViolations(sourceFiles("src", "sim", "compose"))).toEqual([]);
  });

  test("has a client library that runs in a browser", () => {
    expect(browserViolations(sourceFiles("src"))).toEqual([]);
  });

  test("has a README that lists the layers in the order that is checked", () => {
    const rows = [...readSource("src/README.md").text.matchAll(/^\| `([\w.-]+?)\/?` \|/gm)];
    expect(rows.map(([, name = ""]) => name)).toEqual([...LAYERS]);
  });
});

describe("the layer check", () => {
  test("accepts an import from an earlier layer and from the same one", () => {
    const text = 'import { a } from "../wire/frame.ts";\nimport { b } from "./hub.ts";\n';
    expect(judge("src/server/session.ts", text)).toEqual([]);
  });

  test.each([
    ["an import", 'import { hub } from "../server/hub.ts";'],
    ["an import over several lines", 'import {\n  hub,\n  type Hub,\n} from "../server/hub.ts";'],
    ["an import of types", 'import type { Hub } from "../server/hub.ts";'],
    ["an import for its effect", 'import "../server/hub.ts";'],
    ["a re-export", 'export { hub } from "../server/hub.ts";'],
    ["a re-export of everything", 'export * from "../server/hub.ts";'],
    ["a dynamic import", 'const hub = await import("../server/hub.ts");'],
    ["an import inside a type", 'let hub: import("../server/hub.ts").Hub;'],
  ])("refuses %s from a later layer", (_, text) => {
    expect(judge("src/wire/frame.ts", text)).toEqual([
      "src/wire/frame.ts: imports ../server/hub.ts, but wire comes before server in the layers",
    ]);
  });

  test("refuses sim/ in src/, except in the commands", () => {
    const text = 'import { broker } from "../../sim/broker/broker.ts";';
    expect(judge("src/server/hub.ts", text)).toHaveLength(1);
    expect(judge("src/cli/demo.ts", text)).toEqual([]);
  });

  test("refuses the commands in sim/, and accepts the rest of src/", () => {
    expect(judge("sim/broker/broker.ts", 'import { x } from "../../src/cli/main.ts";')).toHaveLength(1);
    expect(judge("sim/broker/broker.ts", 'import { x } from "../../src/server/hub.ts";')).toEqual([]);
  });

  test("refuses compose/ in the program, and what is not in src/ in compose/", () => {
    const text = 'import { panel } from "../../compose/grafana/definitions/dashboard.ts";';
    expect(judge("src/alerts/alert.ts", text)).toEqual([
      "src/alerts/alert.ts: imports ../../compose/grafana/definitions/dashboard.ts, but compose/ is no part of the program",
    ]);
    expect(judge("sim/broker/broker.ts", text)).toHaveLength(1);
    expect(judge("compose/grafana/a.ts", 'import { x } from "../../src/alerts/alert.ts";')).toEqual([]);
    expect(judge("compose/grafana/a.ts", 'import { x } from "../../src/cli/main.ts";')).toHaveLength(1);
    expect(judge("compose/processes/a.ts", 'import { x } from "../../src/cli/printer.ts";')).toEqual([]);
    expect(judge("compose/grafana/a.ts", 'import { x } from "../../sim/broker/broker.ts";')).toHaveLength(1);
  });

  test("refuses test code outside of tests", () => {
    expect(judge("sim/broker/broker.ts", 'import { x } from "../../test/support/kafka.ts";')).toHaveLength(1);
  });

  test("refuses a folder that is not in the list", () => {
    expect(judge("src/utils/text.ts", "")).toEqual(["src/utils/text.ts: utils is not in the list of layers"]);
  });
});

describe("the browser check", () => {
  const client = { path: "src/client/client.ts", text: 'import { wire } from "../wire/frame.ts";' };

  test("follows imports through other layers and names the way", () => {
    const frame = { path: "src/wire/frame.ts", text: 'import { inflate } from "node:zlib";' };
    expect(browserViolations([client, frame])).toEqual([
      "src/client/client.ts > src/wire/frame.ts: loads node:zlib, which a browser lacks",
    ]);
  });

  test("finds globals that only servers have, and not words that look like them", () => {
    const frame = { path: "src/wire/frame.ts", text: 'const a = Buffer.from("x"); // process.exit' };
    expect(browserViolations([client, frame])).toEqual([
      "src/client/client.ts > src/wire/frame.ts: uses Buffer, which a browser lacks",
    ]);
    const text =
      'const a: Buffer = b.process.c("Bun.x"); // Deno.exit()\nconst globalThisToo = globalThis.a;';
    expect(browserViolations([client, { path: "src/wire/frame.ts", text }])).toEqual([]);
  });

  test("does not mind types, packages and files that the client does not load", () => {
    const frame = {
      path: "src/wire/frame.ts",
      text: 'import type { Socket } from "node:net";\nimport p from "protobufjs";',
    };
    const server = { path: "src/server/hub.ts", text: 'import { createServer } from "node:net";' };
    expect(browserViolations([client, frame, server])).toEqual([]);
  });
});
