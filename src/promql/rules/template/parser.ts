// Templates of annotations and labels are read as Go's text/template reads them (parse/parse.go), with its messages.

import { DashstreamError } from "../../../errors.ts";
import { quoted, unquoted } from "./go-quote.ts";
import { type Token, type TokenKind, tokenName } from "./lexer.ts";
import {
  type Branch,
  type Command,
  isEmptyList,
  nodeText,
  type Operand,
  type Pipeline,
  type TemplateNode,
} from "./node.ts";
import { readCharacter, readNumber } from "./number-constant.ts";
import { WordReader } from "./word-reader.ts";

export interface ParsedTemplate {
  readonly name: string;
  readonly text: string;
  readonly root: readonly TemplateNode[];
  /** What `define` and `block` define. */
  readonly defined: ReadonlyMap<string, readonly TemplateNode[]>;
}

/** Where a list of nodes ends. */
type ListEnd = "end" | "else" | "else if" | "else with";

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "character",
  "complex",
  "field",
  "identifier",
  "number",
  "string",
  "variable",
  "open",
]);
const NOT_EXECUTABLE: ReadonlySet<Operand["kind"]> = new Set(["bool", "dot", "nil", "number", "string"]);
/** As Go limits it. */
const MAX_DEPTH = 10_000;

/**
 * @param name stands in messages
 * @param isFunction tells the functions that there are
 * @throws DashstreamError `rules_invalid` with the message of Go
 */
export function parseTemplate(
  name: string,
  text: string,
  isFunction: (name: string) => boolean,
): ParsedTemplate {
  return new Parser(name, text, isFunction).run();
}

class Parser {
  readonly #name: string;
  readonly #text: string;
  readonly #isFunction: (name: string) => boolean;
  readonly #words: WordReader;
  readonly #defined = new Map<string, readonly TemplateNode[]>();
  #variables: string[] = ["$"];
  #rangeDepth = 0;
  #depth = 0;
  #actionLine = 0;

  constructor(name: string, text: string, isFunction: (name: string) => boolean) {
    this.#name = name;
    this.#text = text;
    this.#isFunction = isFunction;
    this.#words = new WordReader(text);
  }

  run(): ParsedTemplate {
    const root: TemplateNode[] = [];
    while (this.#words.peek().kind !== "end-of-text") {
      if (this.#isDefinition()) {
        this.#definition();
        continue;
      }
      const node = this.#textOrAction();
      if (typeof node === "string") this.#fail(`unexpected {{${node.startsWith("else") ? "else" : node}}}`);
      root.push(node);
    }
    return { name: this.#name, text: this.#text, root, defined: this.#defined };
  }

  #fail(reason: string): never {
    throw new DashstreamError("rules_invalid", `template: ${this.#name}:${this.#words.line}: ${reason}`);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== "error") this.#fail(`unexpected ${tokenName(token)} in ${context}`);
    let extra = "";
    if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
      extra = ` in action started at ${this.#name}:${this.#actionLine}`;
      if (token.text.endsWith(" action")) extra = extra.slice(" in action".length);
    }
    this.#fail(token.text + extra);
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#words.takeNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
    return token;
  }

  #isDefinition(): boolean {
    if (this.#words.peek().kind !== "left") return false;
    const place = this.#words.place;
    this.#words.take();
    const isDefinition = isKeyword(this.#words.takeNonSpace(), "define");
    if (!isDefinition) this.#words.goBack(place);
    return isDefinition;
  }

  #definition(): void {
    const context = "define clause";
    const name = this.#string(this.#expect("string", context));
    this.#expect("right", context);
    this.#define(name, context);
  }

  /** The body of a definition, which sees none of the variables around it. */
  #define(name: string, context: string): void {
    const [variables, rangeDepth] = [this.#variables, this.#rangeDepth];
    this.#variables = ["$"];
    this.#rangeDepth = 0;
    const [body, end] = this.#list();
    if (end !== "end") this.#fail(`unexpected {{else}} in ${context}`);
    [this.#variables, this.#rangeDepth] = [variables, rangeDepth];
    const isEmpty = isEmptyList(body);
    const known = this.#defined.get(name);
    if (known && !isEmptyList(known)) {
      if (!isEmpty) this.#fail(`template: multiple definition of template ${quoted(name)}`);
      return;
    }
    this.#defined.set(name, body);
  }

  #list(): readonly [nodes: readonly TemplateNode[], end: ListEnd] {
    const nodes: TemplateNode[] = [];
    while (this.#words.peekNonSpace().kind !== "end-of-text") {
      const node = this.#textOrAction();
      if (typeof node === "string") return [nodes, node];
      nodes.push(node);
    }
    return this.#fail("unexpected EOF");
  }

  #textOrAction(): TemplateNode | ListEnd {
    const token = this.#words.takeNonSpace();
    if (token.kind === "text") return { kind: "text", text: token.text, at: token.at };
    if (token.kind !== "left") this.#unexpected(token, "input");
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): TemplateNode | ListEnd {
    const token = this.#words.peekNonSpace();
    if (token.kind === "keyword" && token.text !== "." && token.text !== "nil") {
      this.#words.take();
      return this.#control(token);
    }
    return { kind: "action", at: token.at, pipeline: this.#pipeline("command", "right") };
  }

  #control(token: Token): TemplateNode | ListEnd {
    switch (token.text) {
      case "if":
      case "range":
      case "with":
        return this.#branch(token.text);
      case "end":
        this.#expect("right", "end");
        return "end";
      case "else": {
        const next = this.#words.peekNonSpace();
        if (isKeyword(next, "if")) return "else if";
        if (isKeyword(next, "with")) return "else with";
        this.#expect("right", "else");
        return "else";
      }
      case "break":
      case "continue": {
        const next = this.#words.takeNonSpace();
        if (next.kind !== "right") this.#unexpected(next, `{{${token.text}}}`);
        if (this.#rangeDepth === 0) this.#fail(`{{${token.text}}} outside {{range}}`);
        return { kind: token.text, at: token.at };
      }
      case "block":
        return this.#block();
      case "template":
        return this.#template();
      default:
        return this.#unexpected(token, "command");
    }
  }

  #branch(kind: Branch["kind"]): Branch {
    const outer = this.#variables.length;
    const pipeline = this.#pipeline(kind, "right");
    if (kind === "range") this.#rangeDepth++;
    const [body, end] = this.#list();
    if (kind === "range") this.#rangeDepth--;
    const otherwise = end === "end" ? null : this.#otherwise(kind, end);
    this.#variables.length = outer;
    return { kind, at: pipeline.at, pipeline, body, otherwise };
  }

  /** `{{else if}}` is `{{else}}{{if}}` with one `{{end}}` for both. */
  #otherwise(kind: Branch["kind"], end: Exclude<ListEnd, "end">): readonly TemplateNode[] {
    if ((kind === "if" || kind === "with") && end === `else ${kind}`) {
      this.#words.takeNonSpace();
      return [this.#branch(kind)];
    }
    const [nodes, last] = this.#list();
    if (last !== "end") this.#fail("expected end; found {{else}}");
    return nodes;
  }

  #block(): TemplateNode {
    const context = "block clause";
    const token = this.#words.takeNonSpace();
    if (token.kind !== "string") this.#unexpected(token, context);
    const name = this.#string(token);
    const pipeline = this.#pipeline(context, "right");
    this.#define(name, context);
    return { kind: "template", at: token.at, name, pipeline };
  }

  #template(): TemplateNode {
    const context = "template clause";
    const token = this.#words.takeNonSpace();
    if (token.kind !== "string") this.#unexpected(token, context);
    const name = this.#string(token);
    if (this.#words.peekNonSpace().kind === "right") {
      this.#words.take();
      return { kind: "template", at: token.at, name, pipeline: null };
    }
    return { kind: "template", at: token.at, name, pipeline: this.#pipeline(context, "right") };
  }

  #string(token: Token): string {
    return unquoted(token.text) ?? this.#fail("invalid syntax");
  }

  #pipeline(context: string, end: "right" | "close"): Pipeline {
    const { at } = this.#words.peekNonSpace();
    const { variables, isAssignment } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#words.peekNonSpace();
      if (token.kind === end) {
        this.#words.take();
        break;
      }
      const isOperand = OPERANDS.has(token.kind) || token.text === "." || isKeyword(token, "nil");
      if (!isOperand) {
        this.#words.take();
        this.#unexpected(token, context);
      }
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.slice(1).forEach(({ args: [first] }, index) => {
      if (NOT_EXECUTABLE.has(first.kind)) {
        this.#fail(`non executable command in pipeline stage ${index + 2}`);
      }
    });
    return { kind: "pipeline", at, variables, isAssignment, commands };
  }

  #declarations(context: string): Pick<Pipeline, "variables" | "isAssignment"> {
    const variables: string[] = [];
    for (;;) {
      if (this.#words.peekNonSpace().kind !== "variable") break;
      const place = this.#words.place;
      const { text } = this.#words.take();
      const next = this.#words.peekNonSpace();
      if (next.kind === "assign" || next.kind === "declare") {
        this.#words.take();
        variables.push(text);
        this.#variables.push(text);
        return { variables, isAssignment: next.kind === "assign" };
      }
      if (next.kind !== "mark" || next.text !== ",") {
        this.#words.goBack(place);
        break;
      }
      this.#words.take();
      variables.push(text);
      this.#variables.push(text);
      if (context !== "range" || variables.length > 1) this.#fail(`too many declarations in ${context}`);
      const after = this.#words.peekNonSpace();
      if (after.kind !== "variable" && after.kind !== "right" && after.kind !== "close") {
        this.#fail("range can only initialize variables");
      }
    }
    return { variables, isAssignment: false };
  }

  #command(): Command {
    const { at } = this.#words.peekNonSpace();
    const args: Operand[] = [];
    for (;;) {
      this.#words.peekNonSpace();
      const operand = this.#operand();
      if (operand) args.push(operand);
      const token = this.#words.peek();
      if (token.kind === "space") continue;
      if (token.kind === "right" || token.kind === "close") break;
      this.#words.take();
      if (token.kind === "pipe") break;
      this.#unexpected(token, "operand");
    }
    const [first, ...rest] = args;
    if (!first) this.#fail("empty command");
    return { at, args: [first, ...rest] };
  }

  #operand(): Operand | null {
    const operand = this.#term();
    if (!operand || this.#words.peek().kind !== "field") return operand;
    const { at } = this.#words.peek();
    const path: string[] = [];
    while (this.#words.peek().kind === "field") path.push(this.#words.take().text.slice(1));
    switch (operand.kind) {
      case "field":
      case "variable":
        return { ...operand, at, path: [...operand.path, ...path] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        return this.#fail(`unexpected . after term ${quoted(nodeText(operand))}`);
      case "identifier":
      case "chain":
      case "pipeline":
        return { kind: "chain", at, operand, path };
    }
  }

  #term(): Operand | null {
    const token = this.#words.peekNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case "identifier":
        this.#words.take();
        if (!this.#isFunction(text)) this.#fail(`function ${quoted(text)} not defined`);
        return { kind: "identifier", at, name: text };
      case "keyword":
        if (text !== "." && text !== "nil") return null;
        this.#words.take();
        return { kind: text === "." ? "dot" : "nil", at };
      case "variable":
        this.#words.take();
        if (!this.#variables.includes(text)) this.#fail(`undefined variable ${quoted(text)}`);
        return { kind: "variable", at, name: text, path: [] };
      case "field":
        this.#words.take();
        return { kind: "field", at, path: [text.slice(1)] };
      case "bool":
        this.#words.take();
        return { kind: "bool", at, value: text === "true" };
      case "number":
      case "complex":
      case "character": {
        this.#words.take();
        const value = token.kind === "character" ? readCharacter(text) : readNumber(text);
        return typeof value === "string" ? this.#fail(value) : { kind: "number", at, text, value };
      }
      case "string":
        this.#words.take();
        return { kind: "string", at, text, value: this.#string(token) };
      case "open": {
        this.#words.take();
        if (this.#depth >= MAX_DEPTH) this.#fail("max expression depth exceeded");
        this.#depth++;
        const pipeline = this.#pipeline("parenthesized pipeline", "close");
        this.#depth--;
        return pipeline;
      }
      default:
        return null;
    }
  }
}

function isKeyword(token: Token, word: string): boolean {
  return token.kind === "keyword" && token.text === word;
}
