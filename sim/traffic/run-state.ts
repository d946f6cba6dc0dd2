// The state that a graph run carries from node to node, and what each type of node does to it. States are never
// changed in place, so that the difference between two of them can be taken at any time.

import type { GraphNode } from "./blueprint.ts";
import type { Content } from "./content.ts";

export interface RunState {
  readonly query: string;
  readonly status: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly documents: readonly { readonly title: string; readonly url: string; readonly score: number }[];
  readonly draft: string;
  readonly summary: string;
  readonly route: string;
  readonly approved: boolean;
  readonly scores: Readonly<Record<string, number>>;
  readonly iteration: number;
  readonly tokens_used: number;
}

export function initialState(content: Content): RunState {
  const query = content.question();
  return {
    query,
    status: "running",
    messages: [
      { role: "system", content: content.sentence() },
      { role: "user", content: query },
    ],
    documents: [],
    draft: "",
    summary: "",
    route: "",
    approved: false,
    scores: {},
    iteration: 0,
    tokens_used: 0,
  };
}

/** What came out of a node's work, as far as the state shows it. */
export interface NodeOutput {
  readonly text: string;
  readonly tokens: number;
}

/** The state after `node` did its work. */
export function stateAfter(state: RunState, node: GraphNode, output: NodeOutput, content: Content): RunState {
  const next = { ...state, tokens_used: state.tokens_used + output.tokens };
  switch (node.type) {
    case "llm": {
      const message = { role: "assistant", content: output.text };
      return { ...next, draft: output.text, messages: [...state.messages, message] };
    }
    case "tool": {
      const found = Array.from({ length: content.between(1, 3) }, () => ({
        ...content.source(),
        score: content.ratio(0.8),
      }));
      return { ...next, documents: [...found, ...state.documents].slice(0, 12) };
    }
    case "aggregator":
      return { ...next, summary: content.sentence(), iteration: state.iteration + 1 };
    case "validator":
      return { ...next, scores: { accuracy: content.ratio(0.88), coverage: content.ratio(0.8) } };
    case "router":
      return { ...next, route: content.words(1) };
    case "human_in_loop":
      return { ...next, approved: content.chance(0.8) };
    case "transform":
    case "checkpoint":
    case "custom":
      return { ...next, status: `${node.name}:done` };
  }
}
