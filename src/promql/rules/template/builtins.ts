// The functions that every Go template has (text/template/funcs.go). `and` and `or` are here by name only: they stop at
// the argument that decides, so the evaluation itself handles them.

import { COMPARISONS } from "./comparison.ts";
import { failure } from "./failure.ts";
import { sprint, sprintf, sprintln } from "./format.ts";
import type { FunctionTable } from "./function.ts";
import { type GoValue, goBool, goInt, goString, isTrue, NIL, typeName } from "./value.ts";

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** As a template prints it: what a pointer points to, and `<no value>` for nothing. */
export function printable(value: GoValue): GoValue {
  if (value.kind === "nil") return goString("<no value>");
  return value.kind === "struct" ? { ...value, isPointer: false } : value;
}

function textOf(values: readonly GoValue[]): string {
  const [only] = values;
  if (values.length === 1 && only?.kind === "string" && only.type === "string") return only.value;
  return sprint(values.map(printable));
}

function indexOf(value: GoValue, length: number): number {
  if (value.kind === "nil") throw failure("cannot index slice/array with nil");
  if (value.kind !== "int") throw failure(`cannot index slice/array with type ${typeName(value)}`);
  if (value.value < 0n || value.value > BigInt(length)) throw failure(`index out of range: ${value.value}`);
  return Number(value.value);
}

function indexed(item: GoValue, index: GoValue): GoValue {
  switch (item.kind) {
    case "string": {
      const bytes = utf8.encoder.encode(item.value);
      const byte = bytes[indexOf(index, bytes.length)];
      if (byte === undefined) throw failure("reflect: string index out of range");
      return goInt(byte);
    }
    case "list": {
      const found = item.items[indexOf(index, item.items.length)];
      if (!found) throw failure("reflect: slice index out of range");
      return found;
    }
    case "map": {
      if (index.kind === "nil") throw failure("value is nil; should be of type string");
      if (index.kind !== "string" || index.type !== "string") {
        throw failure(`value has type ${typeName(index)}; should be string`);
      }
      return item.entries.get(index.value) ?? (item.type === "map[string]string" ? goString("") : NIL);
    }
    case "nil":
      throw failure("index of nil pointer");
    default:
      throw failure(`can't index item of type ${typeName(item).replace(/^\*/, "")}`);
  }
}

function sliced(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (item.kind === "nil") throw failure("slice of untyped nil");
  if (indexes.length > 3) throw failure(`too many slice indexes: ${indexes.length}`);
  if (item.kind !== "string" && item.kind !== "list")
    throw failure(`can't slice item of type ${typeName(item)}`);
  if (indexes.length === 3) {
    throw failure(
      item.kind === "string" ? "cannot 3-index slice a string" : "slice with a capacity is not supported",
    );
  }
  const content = item.kind === "string" ? utf8.encoder.encode(item.value) : item.items;
  const [from = 0, to = content.length] = indexes.map((index) => indexOf(index, content.length));
  if (from > to) throw failure(`invalid slice index: ${from} > ${to}`);
  if (item.kind === "list") return { ...item, items: item.items.slice(from, to) };
  return { ...item, value: utf8.decoder.decode(utf8.encoder.encode(item.value).subarray(from, to)) };
}

function lengthOf(item: GoValue): GoValue {
  switch (item.kind) {
    case "string":
      return goInt(utf8.encoder.encode(item.value).length);
    case "map":
      return goInt(item.entries.size);
    case "list":
      return goInt(item.items.length);
    case "nil":
      throw failure("reflect: call of reflect.Value.Type on zero Value");
    default:
      throw failure(`len of type ${typeName(item).replace(/^\*/, "")}`);
  }
}

const HTML: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\u0000": "\ufffd",
};
const JS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function jsRune(rune: string): string {
  const code = rune.codePointAt(0) ?? 0;
  const known = JS[rune];
  if (known !== undefined) return known;
  if (code >= 0x20 && (code < 0x80 || PRINTABLE.test(rune))) return rune;
  return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** `url.QueryEscape` of Go. */
export function queryEscaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function neverCalled(): GoValue {
  throw failure("and, or: evaluated elsewhere");
}

export const BUILTINS: FunctionTable = {
  ...COMPARISONS,
  and: { params: ["any", "any"], isVariadic: true, call: neverCalled },
  or: { params: ["any", "any"], isVariadic: true, call: neverCalled },
  not: { params: ["any"], call: ([value = NIL]) => goBool(!isTrue(value)) },
  call: {
    params: ["any", "any"],
    isVariadic: true,
    call([value = NIL]) {
      throw failure(value.kind === "nil" ? "call of nil" : `non-function of type ${typeName(value)}`);
    },
  },
  index: {
    params: ["any", "any"],
    isVariadic: true,
    call([item = NIL, ...indexes]) {
      if (item.kind === "nil") throw failure("index of untyped nil");
      return indexes.reduce(indexed, item);
    },
  },
  slice: {
    params: ["any", "any"],
    isVariadic: true,
    call: ([item = NIL, ...indexes]) => sliced(item, indexes),
  },
  len: { params: ["any"], call: ([item = NIL]) => lengthOf(item) },
  print: { params: ["any"], isVariadic: true, call: (values) => goString(sprint(values)) },
  println: { params: ["any"], isVariadic: true, call: (values) => goString(sprintln(values)) },
  printf: {
    params: ["string", "any"],
    isVariadic: true,
    call: ([format, ...values]) => goString(sprintf(format?.kind === "string" ? format.value : "", values)),
  },
  html: {
    params: ["any"],
    isVariadic: true,
    call: (values) => goString([...textOf(values)].map((rune) => HTML[rune] ?? rune).join("")),
  },
  js: {
    params: ["any"],
    isVariadic: true,
    call: (values) => goString([...textOf(values)].map(jsRune).join("")),
  },
  urlquery: { params: ["any"], isVariadic: true, call: (values) => goString(queryEscaped(textOf(values))) },
};
