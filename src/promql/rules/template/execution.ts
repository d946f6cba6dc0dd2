// A parsed template filled in, as Go's text/template does it (exec.go), with its messages: what could not be evaluated, and
// at which place.

import { DashstreamError, isExpected } from "../../../errors.ts";
import { ArgumentReader } from "./arguments.ts";
import { printable } from "./builtins.ts";
import { failure } from "./failure.ts";
import { sprint } from "./format.ts";
import type { FunctionTable, TemplateFunction, TemplateWorld } from "./function.ts";
import { quoted } from "./go-quote.ts";
import { loopItems } from "./loop-items.ts";
import { methodOf } from "./methods.ts";
import {
  type Branch,
  type Command,
  nodeText,
  type Operand,
  type Pipeline,
  type TemplateNode,
} from "./node.ts";
import type { ParsedTemplate } from "./parser.ts";
import { type GoValue, goBool, goFloat, goInt, goString, isTrue, NIL, typeName } from "./value.ts";

/** How deep templates may call each other, as in Go. */
const MAX_DEPTH = 100_000;
/** JavaScript's own stack ends earlier. */
const MAX_NESTING = 1000;

type Signal = "break" | "continue" | null;
type Placed = TemplateNode | Operand | Command;

interface Variable {
  readonly name: string;
  value: GoValue;
}

export class Execution {
  readonly #template: ParsedTemplate;
  readonly #functions: FunctionTable;
  readonly #world: TemplateWorld;
  #output = "";
  #variables: Variable[] = [];
  /** Whose node is being evaluated, for messages. */
  #name: string;
  #node: Placed | null = null;
  #depth = 0;

  constructor(template: ParsedTemplate, functions: FunctionTable, world: TemplateWorld) {
    this.#template = template;
    this.#functions = functions;
    this.#world = world;
    this.#name = template.name;
  }

  /** @throws DashstreamError `rules_invalid` with Go's message */
  run(data: GoValue): string {
    this.#variables = [{ name: "$", value: data }];
    this.#walkAll(data, this.#template.root);
    return this.#output;
  }

  #fail(reason: string): never {
    if (!this.#node) throw failure(`template: ${this.#name}: ${reason}`);
    const before = this.#template.text.slice(0, this.#node.at);
    const column = new TextEncoder().encode(before.slice(before.lastIndexOf("\n") + 1)).length;
    const place = `${this.#template.name}:${before.split("\n").length}:${column}`;
    const where = `executing ${quoted(this.#name)} at <${nodeText(this.#node)}>`;
    throw failure(`template: ${place}: ${where}: ${reason}`);
  }

  #walkAll(dot: GoValue, nodes: readonly TemplateNode[]): Signal {
    for (const node of nodes) {
      const signal = this.#walk(dot, node);
      if (signal) return signal;
    }
    return null;
  }

  #walk(dot: GoValue, node: TemplateNode): Signal {
    this.#node = node;
    switch (node.kind) {
      case "text":
        this.#output += node.text;
        return null;
      case "action": {
        const value = this.#pipeline(dot, node.pipeline);
        if (node.pipeline.variables.length === 0) this.#output += sprint([printable(value)]);
        return null;
      }
      case "break":
      case "continue":
        return node.kind;
      case "template":
        this.#call(dot, node.name, node.pipeline);
        return null;
      case "if":
      case "with":
        return this.#ifOrWith(dot, node);
      case "range":
        return this.#range(dot, node);
    }
  }

  #ifOrWith(dot: GoValue, { kind, pipeline, body, otherwise }: Branch): Signal {
    const mark = this.#variables.length;
    const value = this.#pipeline(dot, pipeline);
    const signal = isTrue(value)
      ? this.#walkAll(kind === "with" ? value : dot, body)
      : this.#walkAll(dot, otherwise ?? []);
    this.#variables.length = mark;
    return signal;
  }

  #range(dot: GoValue, branch: Branch): Signal {
    const outer = this.#variables.length;
    const value = this.#pipeline(dot, branch.pipeline);
    const mark = this.#variables.length;
    let isEmpty = true;
    for (const [index, item] of loopItems(value, branch.pipeline.variables.length, (reason) =>
      this.#fail(reason),
    )) {
      isEmpty = false;
      this.#setLoopVariables(branch.pipeline, index, item);
      const signal = this.#walkAll(item, branch.body);
      this.#variables.length = mark;
      if (signal === "break") break;
    }
    const signal = isEmpty ? this.#walkAll(dot, branch.otherwise ?? []) : null;
    this.#variables.length = outer;
    return signal;
  }

  /** One variable takes the element, two take index and element. */
  #setLoopVariables({ variables, isAssignment }: Pipeline, index: GoValue, item: GoValue): void {
    const [first, second] = variables;
    if (first === undefined) return;
    if (isAssignment) {
      this.#set(first, second === undefined ? item : index);
      if (second !== undefined) this.#set(second, item);
      return;
    }
    const last = this.#variables.at(-1);
    if (last) last.value = item;
    const beforeLast = this.#variables.at(-2);
    if (second !== undefined && beforeLast) beforeLast.value = index;
  }

  #call(dot: GoValue, name: string, pipeline: Pipeline | null): void {
    const nodes =
      this.#template.defined.get(name) ?? (name === this.#template.name ? this.#template.root : null);
    if (!nodes) this.#fail(`template ${quoted(name)} not defined`);
    if (this.#depth >= MAX_NESTING) this.#fail(`exceeded maximum template depth (${MAX_DEPTH})`);
    const value = pipeline ? this.#pipeline(dot, pipeline) : NIL;
    const [variables, caller] = [this.#variables, this.#name];
    this.#variables = [{ name: "$", value }];
    this.#name = name;
    this.#depth++;
    this.#walkAll(value, nodes);
    this.#depth--;
    [this.#variables, this.#name] = [variables, caller];
  }

  #set(name: string, value: GoValue): void {
    const variable = this.#variables.findLast((known) => known.name === name);
    if (!variable) this.#fail(`undefined variable: ${name}`);
    variable.value = value;
  }

  #valueOf(name: string): GoValue {
    const variable = this.#variables.findLast((known) => known.name === name);
    return variable?.value ?? this.#fail(`undefined variable: ${name}`);
  }

  #pipeline(dot: GoValue, pipeline: Pipeline): GoValue {
    this.#node = pipeline;
    let value: GoValue | null = null;
    for (const command of pipeline.commands) value = this.#command(dot, command, value);
    const result = value ?? NIL;
    for (const name of pipeline.variables) {
      if (pipeline.isAssignment) this.#set(name, result);
      else this.#variables.push({ name, value: result });
    }
    return result;
  }

  /** @param final what the command before gives to this one; `null` if it is the first */
  #command(dot: GoValue, { args }: Command, final: GoValue | null): GoValue {
    const [first] = args;
    switch (first.kind) {
      case "field":
        this.#node = first;
        return this.#fields(dot, dot, first, first.path, args, final);
      case "chain":
        return this.#chain(dot, first, args, final);
      case "variable":
        return this.#variable(dot, first, args, final);
      case "identifier":
        return this.#function(dot, first, args, final);
      case "pipeline":
        this.#noArguments(args, final);
        return this.#pipeline(dot, first);
      case "nil":
        this.#node = first;
        this.#noArguments(args, final);
        return this.#fail("nil is not a command");
      default:
        this.#node = first;
        this.#noArguments(args, final);
        return this.#constant(dot, first);
    }
  }

  #noArguments(args: readonly Operand[], final: GoValue | null): void {
    const [first] = args;
    if (first && (args.length > 1 || final))
      this.#fail(`can't give argument to non-function ${nodeText(first)}`);
  }

  #constant(
    dot: GoValue,
    operand: Extract<Operand, { kind: "dot" | "bool" | "number" | "string" }>,
  ): GoValue {
    if (operand.kind === "dot") return dot;
    if (operand.kind === "bool") return goBool(operand.value);
    if (operand.kind === "string") return goString(operand.value);
    const { int, float, isFloat } = operand.value;
    return isFloat || int === null ? goFloat(float) : goInt(int);
  }

  /** An operand as an argument. */
  #argument(dot: GoValue, operand: Operand): GoValue {
    this.#node = operand;
    switch (operand.kind) {
      case "field":
        return this.#fields(dot, dot, operand, operand.path, [], null);
      case "variable":
        return this.#variable(dot, operand, [], null);
      case "pipeline":
        return this.#pipeline(dot, operand);
      case "identifier":
        return this.#function(dot, operand, [operand], null);
      case "chain":
        return this.#chain(dot, operand, [], null);
      case "nil":
        return NIL;
      default:
        return this.#constant(dot, operand);
    }
  }

  #variable(
    dot: GoValue,
    operand: Extract<Operand, { kind: "variable" }>,
    args: readonly Operand[],
    final: GoValue | null,
  ): GoValue {
    this.#node = operand;
    const value = this.#valueOf(operand.name);
    if (operand.path.length > 0) return this.#fields(dot, value, operand, operand.path, args, final);
    this.#noArguments(args, final);
    return value;
  }

  #chain(
    dot: GoValue,
    operand: Extract<Operand, { kind: "chain" }>,
    args: readonly Operand[],
    final: GoValue | null,
  ): GoValue {
    this.#node = operand;
    if (operand.operand.kind === "nil")
      this.#fail(`indirection through explicit nil in ${nodeText(operand)}`);
    const value = this.#argument(dot, operand.operand);
    return this.#fields(dot, value, operand, operand.path, args, final);
  }

  /** `.X.Y.Z`, of which the last may be a method with arguments. */
  #fields(
    dot: GoValue,
    start: GoValue,
    node: Operand,
    path: readonly string[],
    args: readonly Operand[],
    final: GoValue | null,
  ): GoValue {
    let value = start;
    let type = typeName(start);
    for (const [index, name] of path.entries()) {
      const isLast = index === path.length - 1;
      const field = this.#field(dot, value, type, name, node, isLast ? args : [], isLast ? final : null);
      // Both hold a value of any type.
      const isAny = value.kind === "map" ? value.type !== "map[string]string" : name === "Value";
      type = isAny ? "interface {}" : typeName(field);
      value = field;
    }
    return value;
  }

  #field(
    dot: GoValue,
    receiver: GoValue,
    type: string,
    name: string,
    node: Operand,
    args: readonly Operand[],
    final: GoValue | null,
  ): GoValue {
    if (receiver.kind === "nil") return NIL;
    const hasArguments = args.length > 1 || final !== null;
    if (receiver.kind === "time" || receiver.kind === "duration") {
      return this.#apply(
        dot,
        this.#placed(() => methodOf(receiver, name)),
        name,
        node,
        args,
        final,
      );
    }
    if (receiver.kind === "map") {
      if (hasArguments) this.#fail(`${name} is not a method but has arguments`);
      return receiver.entries.get(name) ?? (receiver.type === "map[string]string" ? goString("") : NIL);
    }
    const field =
      receiver.kind === "struct" && Object.hasOwn(receiver.fields, name) ? receiver.fields[name] : undefined;
    if (field === undefined) this.#fail(`can't evaluate field ${name} in type ${type}`);
    if (hasArguments) this.#fail(`${name} has arguments but cannot be invoked as function`);
    return field;
  }

  /** Adds the place to what fails inside. */
  #placed<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof DashstreamError && error.code === "rules_invalid") this.#fail(error.message);
      throw error;
    }
  }

  #function(
    dot: GoValue,
    operand: Extract<Operand, { kind: "identifier" }>,
    args: readonly Operand[],
    final: GoValue | null,
  ): GoValue {
    this.#node = operand;
    const { name } = operand;
    const found = this.#functions[name];
    if (!found) this.#fail(`${quoted(name)} is not a defined function`);
    if (name === "and" || name === "or") return this.#andOr(dot, name, args, final);
    // An error inside is said of the whole call.
    const [first] = args;
    const node =
      first && args.length > 1 ? { at: first.at, args: [first, ...args.slice(1)] as const } : operand;
    return this.#apply(dot, found, name, node, args, final);
  }

  /** The first argument that decides, or the last. */
  #andOr(dot: GoValue, name: "and" | "or", args: readonly Operand[], final: GoValue | null): GoValue {
    const operands = args.slice(1);
    if (operands.length === 0 && !final)
      this.#fail(`wrong number of args for ${name}: want at least 1 got 0`);
    let value: GoValue = NIL;
    for (const operand of operands) {
      value = this.#argument(dot, operand);
      if (isTrue(value) === (name === "or")) return value;
    }
    return final ?? value;
  }

  #apply(
    dot: GoValue,
    target: TemplateFunction,
    name: string,
    node: Placed,
    args: readonly Operand[],
    final: GoValue | null,
  ): GoValue {
    const reader = new ArgumentReader(target, name, {
      evaluate: (operand) => this.#argument(dot, operand),
      fail: (reason) => this.#fail(reason),
      at: (operand) => {
        this.#node = operand;
      },
    });
    const values = reader.read(args.slice(1), final);
    try {
      return target.call(values, this.#world);
    } catch (error) {
      if (!isExpected(error)) throw error;
      this.#node = node;
      return this.#fail(`error calling ${name}: ${error.message}`);
    }
  }
}
