// The shape of a graph: its nodes and edges, and the two JSON documents that a run announces it with.

import { createHash } from "node:crypto";

export type NodeType =
  | "transform"
  | "llm"
  | "tool"
  | "router"
  | "aggregator"
  | "validator"
  | "human_in_loop"
  | "checkpoint"
  | "custom";

export interface GraphNode {
  readonly name: string;
  readonly type: NodeType;
  readonly description: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** All edges that leave one node are of one type. Conditional ones may lead back; the last one always leads on. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly type: "direct" | "conditional" | "parallel";
  readonly label?: string;
}

/** A graph as an author would write it. */
export interface GraphOutline {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** How the quality services classify the application. */
  readonly applicationType: string;
  readonly entryPoint: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A graph ready to run: with its documents, and its edges by the node they leave. */
export interface GraphBlueprint extends GraphOutline {
  readonly nodeByName: ReadonlyMap<string, GraphNode>;
  readonly edgesFrom: ReadonlyMap<string, readonly GraphEdge[]>;
  /** `graph_schema_json` of a GRAPH_START. */
  readonly schemaJson: string;
  /** `graph_manifest` of a GRAPH_START. */
  readonly manifestJson: string;
  /** Changes whenever the schema does. */
  readonly schemaId: string;
}

/** Renders what is the same for every run of the graph. */
export function blueprintOf(outline: GraphOutline): GraphBlueprint {
  const schemaJson = JSON.stringify(schemaOf(outline));
  return {
    ...outline,
    nodeByName: new Map(outline.nodes.map((node) => [node.name, node])),
    edgesFrom: Map.groupBy(outline.edges, (edge) => edge.from),
    schemaJson,
    manifestJson: JSON.stringify(manifestOf(outline)),
    schemaId: createHash("sha256").update(schemaJson).digest("hex").slice(0, 16),
  };
}

/** The object that the browser client draws a graph from. */
function schemaOf(outline: GraphOutline) {
  return {
    name: outline.name,
    version: outline.version,
    description: outline.description,
    nodes: outline.nodes.map((node) => ({
      name: node.name,
      description: node.description,
      node_type: node.type,
      input_fields: node.inputs,
      output_fields: node.outputs,
      attributes: {},
    })),
    edges: outline.edges.map(({ from, to, type, label }) => ({
      from,
      to,
      edge_type: type,
      ...(label === undefined ? {} : { label }),
    })),
    entry_point: outline.entryPoint,
    state_type: "AgentState",
    metadata: { application_type: outline.applicationType },
  };
}

function manifestOf(outline: GraphOutline) {
  return {
    graph_name: outline.name,
    entry_point: outline.entryPoint,
    nodes: outline.nodes.map((node) => node.name),
    edges: outline.edges.map(({ from, to }) => [from, to]),
  };
}
