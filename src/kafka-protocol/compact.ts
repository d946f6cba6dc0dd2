// The compact encodings of "flexible" versions (KIP-482): lengths are unsigned varints of one more than the length, and
// each structure ends with tagged fields, which are kept as they came.

import { DashstreamError } from "../errors.ts";
import type { Layout } from "./layout.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

function readLength(reader: Reader): number {
  const length = reader.uvarint() - 1;
  if (length <= reader.remaining) return length;
  throw new DashstreamError("protocol_error", `length of ${length} with ${reader.remaining} bytes left`);
}

function readString(reader: Reader): string | null {
  const length = readLength(reader);
  return length < 0 ? null : reader.view(length).toString("utf8");
}

function writeString(writer: Writer, value: string | null): void {
  writer.uvarint(value === null ? 0 : Buffer.byteLength(value) + 1);
  if (value !== null) writer.raw(Buffer.from(value));
}

export const compactNullableString: Layout<string | null> = {
  at: () => ({ read: readString, write: writeString }),
};

export const compactString: Layout<string> = {
  at: () => ({
    read(reader) {
      const value = readString(reader);
      if (value === null) throw new DashstreamError("protocol_error", "string must not be null");
      return value;
    },
    write: writeString,
  }),
};

/** A null on the wire reads as empty. */
export function compactArray<T>(element: Layout<T>): Layout<readonly T[]> {
  return {
    at(version) {
      const codec = element.at(version);
      return {
        read(reader) {
          const values: T[] = [];
          for (let left = readLength(reader); left > 0; left--) values.push(codec.read(reader));
          return values;
        },
        write(writer, values) {
          writer.uvarint(values.length + 1);
          for (const value of values) codec.write(writer, value);
        },
      };
    },
  };
}

export interface TaggedField {
  readonly tag: number;
  readonly bytes: Buffer;
}

export const taggedFields: Layout<readonly TaggedField[]> = {
  at: () => ({
    read(reader) {
      const fields: TaggedField[] = [];
      for (let left = reader.uvarint(); left > 0; left--) {
        fields.push({ tag: reader.uvarint(), bytes: reader.view(reader.uvarint()) });
      }
      return fields;
    },
    write(writer, fields) {
      writer.uvarint(fields.length);
      for (const { tag, bytes } of fields) {
        writer.uvarint(tag);
        writer.uvarint(bytes.length);
        writer.raw(bytes);
      }
    },
  }),
};
