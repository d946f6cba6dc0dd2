// The tree of a template (parse/node.go of text/template), and how error messages write a part of it.

import { quoted } from "./go-quote.ts";

interface Placed {
  /** Offset into the template. */
  readonly at: number;
}

export interface NumberConstant {
  /** `null`: not a whole number of 64 bits with sign. */
  readonly int: bigint | null;
  readonly float: number;
  /** Written as a float, so that it is one where nothing says which type is wanted. */
  readonly isFloat: boolean;
}

export type Operand =
  | (Placed & { readonly kind: "dot" })
  | (Placed & { readonly kind: "nil" })
  | (Placed & { readonly kind: "bool"; readonly value: boolean })
  | (Placed & { readonly kind: "number"; readonly text: string; readonly value: NumberConstant })
  | (Placed & { readonly kind: "string"; readonly text: string; readonly value: string })
  | (Placed & { readonly kind: "identifier"; readonly name: string })
  | (Placed & { readonly kind: "field"; readonly path: readonly string[] })
  | (Placed & { readonly kind: "variable"; readonly name: string; readonly path: readonly string[] })
  | (Placed & { readonly kind: "chain"; readonly operand: Operand; readonly path: readonly string[] })
  | Pipeline;

export interface Command extends Placed {
  readonly args: readonly [Operand, ...Operand[]];
}

export interface Pipeline extends Placed {
  readonly kind: "pipeline";
  /** Variables that take the value, with their `$`. */
  readonly variables: readonly string[];
  /** `=` and not `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

export interface Branch extends Placed {
  readonly kind: "if" | "range" | "with";
  readonly pipeline: Pipeline;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[] | null;
}

export type TemplateNode =
  | (Placed & { readonly kind: "text"; readonly text: string })
  | (Placed & { readonly kind: "action"; readonly pipeline: Pipeline })
  | (Placed & { readonly kind: "break" | "continue" })
  | (Placed & { readonly kind: "template"; readonly name: string; readonly pipeline: Pipeline | null })
  | Branch;

/** As Go's `String` method writes it. */
export function nodeText(node: TemplateNode | Operand | Command): string {
  if ("args" in node) return node.args.map(argumentText).join(" ");
  switch (node.kind) {
    case "text":
      return node.text;
    case "action":
      return `{{${nodeText(node.pipeline)}}}`;
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "template":
      return `{{template ${quoted(node.name)}${node.pipeline ? ` ${nodeText(node.pipeline)}` : ""}}}`;
    case "if":
    case "range":
    case "with": {
      const otherwise = node.otherwise ? `{{else}}${listText(node.otherwise)}` : "";
      return `{{${node.kind} ${nodeText(node.pipeline)}}}${listText(node.body)}${otherwise}{{end}}`;
    }
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
    case "string":
      return node.text;
    case "identifier":
      return node.name;
    case "field":
      return `.${node.path.join(".")}`;
    case "variable":
      return [node.name, ...node.path].join(".");
    case "chain":
      return [argumentText(node.operand), ...node.path].join(".");
    case "pipeline": {
      const sign = node.isAssignment ? " = " : " := ";
      const variables = node.variables.length > 0 ? node.variables.join(", ") + sign : "";
      return variables + node.commands.map(nodeText).join(" | ");
    }
  }
}

function listText(nodes: readonly TemplateNode[]): string {
  return nodes.map(nodeText).join("");
}

function argumentText(operand: Operand): string {
  return operand.kind === "pipeline" ? `(${nodeText(operand)})` : nodeText(operand);
}

/** Nothing but space, as a template that may be defined again. */
export function isEmptyList(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === "text" && node.text.trim() === "");
}
