// Writes the two modules that are made from dashstream.proto: src/wire/schema.ts (the descriptor as data) and
// src/wire/model.ts (the TypeScript types). They are committed, so that nothing reads a file at run time.
// Run: bun proto/generate.ts

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { renderModel } from "./render-model.ts";

const PACKAGE = "dashstream.v1";

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** The generated files by path, as they must be on disk. */
export function generate(): ReadonlyMap<string, string> {
  const source = readFileSync(pathOf("dashstream.proto"), "utf8");
  const { root } = protobuf.parse(source, new protobuf.Root(), {
    alternateCommentMode: true,
    preferTrailingComment: true,
  });
  root.resolveAll();
  const files = new Map<string, string>();
  files.set(pathOf("../src/wire/schema.ts"), format(renderSchema(root.lookup(PACKAGE))));
  files.set(pathOf("../src/wire/model.ts"), format(renderModel(root.lookup(PACKAGE))));
  return files;
}

function renderSchema(namespace: protobuf.ReflectionObject | null): string {
  if (!(namespace instanceof protobuf.Namespace))
    throw new Error(`dashstream.proto has no package ${PACKAGE}`);
  return `// Generated from proto/dashstream.proto by \`bun proto/generate.ts\`; do not edit.

/** A field: its type name, number, and for repeated and map fields how it repeats. */
export interface FieldSchema {
  readonly type: string;
  readonly id: number;
  readonly rule?: "repeated";
  /** Only map fields have one; \`type\` is then the type of the values. */
  readonly keyType?: string;
  /** Present where the name in the .proto file differs from the name here. */
  readonly protoName?: string;
}

export interface MessageSchema {
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  readonly fields: Readonly<Record<string, FieldSchema>>;
  readonly nested?: Readonly<Record<string, EnumSchema>>;
}

export interface EnumSchema {
  readonly values: Readonly<Record<string, number>>;
}

/** The messages and enums of package \`${PACKAGE}\`, in the JSON descriptor format of protobufjs. */
export const SCHEMA: Readonly<Record<string, MessageSchema | EnumSchema>> = ${JSON.stringify(namespace.toJSON().nested)};
`;
}

/** Formats as the rest of the sources are, so that a formatter never makes a generated file drift. */
function format(source: string): string {
  const biome = pathOf("../node_modules/.bin/biome");
  const run = spawnSync(biome, ["format", "--stdin-file-path=generated.ts"], {
    input: source,
    encoding: "utf8",
    cwd: pathOf(".."),
  });
  if (run.status !== 0) throw new Error(`biome format failed: ${run.stderr}`);
  return run.stdout;
}

if (import.meta.main) {
  for (const [path, text] of generate()) writeFileSync(path, text);
}
