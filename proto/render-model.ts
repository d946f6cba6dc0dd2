// Renders the TypeScript types of the messages: what decoding gives (exact, every field present) and what
// encoding takes (every field optional).

import protobuf from "protobufjs";

const SCALARS: Readonly<Record<string, readonly [decoded: string, init: string]>> = {
  double: ["number", "number"],
  float: ["number", "number"],
  uint32: ["number", "number"],
  int64: ["bigint", "Int64Init"],
  uint64: ["bigint", "Int64Init"],
  bool: ["boolean", "boolean"],
  string: ["string", "string"],
  bytes: ["Uint8Array", "Uint8Array"],
};

const PREAMBLE = `// Generated from proto/dashstream.proto by \`bun proto/generate.ts\`; do not edit.
//
// \`X\` is what decoding gives: scalars, lists and maps are always there (with the default of proto3 if they were
// not on the wire), messages only if they were, 64-bit integers are bigint. Of a oneof exactly the field that
// its discriminator names is there. \`XInit\` is what encoding takes: everything is optional.

/** A 64-bit integer for encoding: a bigint, a safe integer or decimal text. */
export type Int64Init = bigint | number | string;
`;

/** The source of src/wire/model.ts for the messages of a package. */
export function renderModel(namespace: protobuf.ReflectionObject | null): string {
  if (!(namespace instanceof protobuf.Namespace)) throw new Error("the package of the messages is missing");
  const parts = [PREAMBLE];
  for (const item of namespace.nestedArray) {
    if (item instanceof protobuf.Enum) parts.push(renderEnum(item));
    if (!(item instanceof protobuf.Type)) continue;
    for (const inner of item.nestedArray) if (inner instanceof protobuf.Enum) parts.push(renderEnum(inner));
    parts.push(renderMessage(item, false), renderMessage(item, true));
  }
  return parts.join("\n");
}

function renderEnum(item: protobuf.Enum): string {
  const values = Object.entries(item.values).map(([name, value]) => `${name}: ${value},`);
  return `${doc(item.comment)}export const ${item.name} = {\n${values.join("\n")}\n} as const;\n`;
}

function renderMessage(type: protobuf.Type, init: boolean): string {
  const name = typeName(type, init);
  const plain = type.fieldsArray.filter((field) => field.partOf === null);
  const lines = plain.map((field) => renderField(field, init));
  const comment = init ? "" : doc(type.comment);
  const [oneof] = type.oneofsArray;
  if (oneof === undefined) return `${comment}export interface ${name} {\n${lines.join("\n")}\n}\n`;
  const base = lines.length === 0 ? "" : `{\n${lines.join("\n")}\n} & `;
  const variants = oneof.fieldsArray.map((field) => {
    const mark = init ? "?" : "";
    return `{ readonly ${oneof.name}${mark}: "${field.name}"; readonly ${field.name}: ${valueType(field, init)} }`;
  });
  variants.push(`{ readonly ${oneof.name}?: undefined }`);
  return `${comment}export type ${name} = ${base}(${variants.map((variant) => `| ${variant}`).join("\n")});\n`;
}

function renderField(field: protobuf.Field, init: boolean): string {
  const optional = init || (!field.repeated && !field.map && field.resolvedType instanceof protobuf.Type);
  const type = valueType(field, init);
  const wrapped = field.map
    ? `Readonly<Record<string, ${type}>>`
    : field.repeated
      ? `readonly ${type.includes("|") ? `(${type})` : type}[]`
      : type;
  const absent = optional ? " | undefined" : "";
  return `${doc(field.comment)}readonly ${field.name}${optional ? "?" : ""}: ${wrapped}${absent};`;
}

/** The type of one value of a field. Enums are open: an unknown value stays the number it is. */
function valueType(field: protobuf.Field, init: boolean): string {
  if (field.resolvedType instanceof protobuf.Type) return typeName(field.resolvedType, init);
  if (field.resolvedType instanceof protobuf.Enum) return "number";
  const scalar = SCALARS[field.type];
  if (scalar === undefined) throw new Error(`${field.fullName}: no TypeScript type for ${field.type}`);
  return scalar[init ? 1 : 0];
}

/** `Error` would hide the global of that name. */
function typeName(type: protobuf.Type, init: boolean): string {
  const name = type.name === "Error" ? "ErrorMessage" : type.name;
  return init ? `${name}Init` : name;
}

function doc(comment: string | null): string {
  if (!comment) return "";
  return `/** ${comment.replaceAll("\n", " ")} */\n`;
}
