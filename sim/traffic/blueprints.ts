// The graphs that the generator runs: data only.

import { blueprintOf, type GraphBlueprint, type GraphOutline } from "./blueprint.ts";

const RESEARCH: GraphOutline = {
  name: "research_assistant",
  version: "2.3.0",
  description:
    "Plans a question, searches two sources at once and writes an answer that it criticises itself",
  applicationType: "librarian",
  entryPoint: "plan",
  nodes: [
    { name: "plan", type: "llm", description: "Splits the question", inputs: ["query"], outputs: ["draft"] },
    {
      name: "search_web",
      type: "tool",
      description: "Web search",
      inputs: ["draft"],
      outputs: ["documents"],
    },
    {
      name: "search_papers",
      type: "tool",
      description: "Paper search",
      inputs: ["draft"],
      outputs: ["documents"],
    },
    {
      name: "synthesize",
      type: "aggregator",
      description: "Merges what was found",
      inputs: ["documents"],
      outputs: ["summary"],
    },
    {
      name: "critique",
      type: "validator",
      description: "Scores the summary",
      inputs: ["summary"],
      outputs: ["scores"],
    },
    {
      name: "answer",
      type: "llm",
      description: "Writes the answer",
      inputs: ["summary"],
      outputs: ["draft", "messages"],
    },
  ],
  edges: [
    { from: "plan", to: "search_web", type: "parallel" },
    { from: "plan", to: "search_papers", type: "parallel" },
    { from: "search_web", to: "synthesize", type: "direct" },
    { from: "search_papers", to: "synthesize", type: "direct" },
    { from: "synthesize", to: "critique", type: "direct" },
    { from: "critique", to: "synthesize", type: "conditional", label: "revise" },
    { from: "critique", to: "answer", type: "conditional", label: "accept" },
  ],
};

const SUPPORT: GraphOutline = {
  name: "support_triage",
  version: "1.8.1",
  description: "Classifies a customer request, looks up what is known and drafts a reply for approval",
  applicationType: "document_search",
  entryPoint: "classify",
  nodes: [
    { name: "classify", type: "router", description: "Picks a queue", inputs: ["query"], outputs: ["route"] },
    {
      name: "lookup_account",
      type: "tool",
      description: "Billing system",
      inputs: ["route"],
      outputs: ["documents"],
    },
    {
      name: "search_articles",
      type: "tool",
      description: "Knowledge base",
      inputs: ["query"],
      outputs: ["documents"],
    },
    {
      name: "draft_reply",
      type: "llm",
      description: "Writes a reply",
      inputs: ["documents"],
      outputs: ["draft", "messages"],
    },
    {
      name: "approve",
      type: "human_in_loop",
      description: "An agent reads it",
      inputs: ["draft"],
      outputs: ["approved"],
    },
    { name: "send", type: "transform", description: "Sends it", inputs: ["draft"], outputs: ["status"] },
  ],
  edges: [
    { from: "classify", to: "lookup_account", type: "conditional", label: "billing" },
    { from: "classify", to: "search_articles", type: "conditional", label: "technical" },
    { from: "lookup_account", to: "draft_reply", type: "direct" },
    { from: "search_articles", to: "draft_reply", type: "direct" },
    { from: "draft_reply", to: "approve", type: "direct" },
    { from: "approve", to: "draft_reply", type: "conditional", label: "reworded" },
    { from: "approve", to: "send", type: "conditional", label: "approved" },
  ],
};

const REVIEW: GraphOutline = {
  name: "code_review",
  version: "0.9.4",
  description: "Runs checks on a change, reviews it and comments",
  applicationType: "code_assistant",
  entryPoint: "fetch_change",
  nodes: [
    {
      name: "fetch_change",
      type: "tool",
      description: "Reads the change",
      inputs: ["query"],
      outputs: ["documents"],
    },
    {
      name: "lint",
      type: "tool",
      description: "Static checks",
      inputs: ["documents"],
      outputs: ["documents"],
    },
    { name: "run_tests", type: "tool", description: "Tests", inputs: ["documents"], outputs: ["documents"] },
    { name: "review", type: "llm", description: "Reads it all", inputs: ["documents"], outputs: ["draft"] },
    { name: "judge", type: "router", description: "Decides", inputs: ["draft"], outputs: ["route"] },
    {
      name: "request_changes",
      type: "transform",
      description: "Asks for more",
      inputs: ["draft"],
      outputs: ["status"],
    },
    { name: "merge", type: "transform", description: "Merges", inputs: ["draft"], outputs: ["status"] },
  ],
  edges: [
    { from: "fetch_change", to: "lint", type: "parallel" },
    { from: "fetch_change", to: "run_tests", type: "parallel" },
    { from: "lint", to: "review", type: "direct" },
    { from: "run_tests", to: "review", type: "direct" },
    { from: "review", to: "judge", type: "direct" },
    { from: "judge", to: "request_changes", type: "conditional", label: "changes_requested" },
    { from: "judge", to: "merge", type: "conditional", label: "approved" },
  ],
};

export const BLUEPRINTS: readonly [GraphBlueprint, ...GraphBlueprint[]] = [
  blueprintOf(RESEARCH),
  blueprintOf(SUPPORT),
  blueprintOf(REVIEW),
];
