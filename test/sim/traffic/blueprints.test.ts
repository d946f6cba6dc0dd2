import { expect, test } from "bun:test";
import { blueprintOf } from "../../../sim/traffic/blueprint.ts";
import { BLUEPRINTS } from "../../../sim/traffic/blueprints.ts";

test.each(BLUEPRINTS.map((blueprint) => [blueprint.name, blueprint] as const))(
  "%s: every edge joins two nodes, and every node can be reached",
  (_, { entryPoint, edges, nodeByName, edgesFrom }) => {
    for (const { from, to } of edges)
      expect([nodeByName.has(from), nodeByName.has(to)]).toEqual([true, true]);
    const reached = new Set([entryPoint]);
    for (const name of reached) for (const { to } of edgesFrom.get(name) ?? []) reached.add(to);
    expect([...reached].sort()).toEqual([...nodeByName.keys()].sort());
  },
);

test.each(BLUEPRINTS.map((blueprint) => [blueprint.name, blueprint] as const))(
  "%s: what leaves a node is of one type, and parallel branches meet again",
  (_, { edgesFrom }) => {
    for (const edges of edgesFrom.values()) {
      expect(new Set(edges.map((edge) => edge.type)).size).toBe(1);
      if (edges[0]?.type !== "parallel") continue;
      const joins = edges.map(({ to }) => edgesFrom.get(to)?.map((edge) => edge.to));
      expect(new Set(joins.flat()).size).toBe(1);
    }
  },
);

test("the schema has what the browser client requires, and its id follows its content", () => {
  const [blueprint] = BLUEPRINTS;
  const schema = JSON.parse(blueprint.schemaJson);
  expect(Object.keys(schema)).toEqual(
    expect.arrayContaining(["name", "version", "nodes", "edges", "entry_point", "metadata"]),
  );
  expect(Object.keys(schema.nodes[0])).toEqual(
    expect.arrayContaining(["name", "node_type", "input_fields", "output_fields", "attributes"]),
  );
  expect(schema.edges[0]).toMatchObject({ from: "plan", to: "search_web", edge_type: "parallel" });
  expect(blueprintOf({ ...blueprint, version: "9" }).schemaId).not.toBe(blueprint.schemaId);
});
