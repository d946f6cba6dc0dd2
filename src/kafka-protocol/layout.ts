// The vocabulary in which request and response layouts are written down. A layout is data with a type: it is
// turned into a codec once a version, and the codec reads and writes values of that type.
//
// Only the fixed-width encodings are here: every client negotiates down to the highest version before the compact
// ("flexible") ones, and hardly a request needs more than those versions offer. For the others there is `compact.ts`.

import { DashstreamError } from "../errors.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

export interface Codec<T> {
  read(reader: Reader): T;
  write(writer: Writer, value: T): void;
}

export interface Layout<T> {
  /** The codec of one protocol version. */
  at(version: number): Codec<T>;
}

/** The type of the values that a layout describes. */
export type ValueOf<L> = L extends Layout<infer T> ? T : never;

function primitive<T>(read: Codec<T>["read"], write: Codec<T>["write"]): Layout<T> {
  const codec: Codec<T> = { read, write };
  return { at: () => codec };
}

function required<T>(value: T | null, what: string): T {
  if (value === null) throw new DashstreamError("protocol_error", `${what} must not be null`);
  return value;
}

export const int8 = primitive<number>(
  (r) => r.int8(),
  (w, v) => w.int8(v),
);
export const boolean = primitive<boolean>(
  (r) => r.boolean(),
  (w, v) => w.boolean(v),
);
export const int16 = primitive<number>(
  (r) => r.int16(),
  (w, v) => w.int16(v),
);
export const int32 = primitive<number>(
  (r) => r.int32(),
  (w, v) => w.int32(v),
);
/** Offsets, timestamps, producer ids: exact up to 2^53. */
export const int64 = primitive<number>(
  (r) => r.int64(),
  (w, v) => w.int64(v),
);
export const nullableString = primitive<string | null>(
  (r) => r.nullableString(),
  (w, v) => w.nullableString(v),
);
export const string = primitive<string>(
  (r) => required(r.nullableString(), "string"),
  (w, v) => w.nullableString(v),
);
/** A view into the message that was read. */
export const bytes = primitive<Buffer>(
  (r) => required(r.nullableBytes(), "bytes"),
  (w, v) => w.nullableBytes(v),
);

const NO_SLICES: readonly Buffer[] = [];

/** Record batches, as slices that lie behind one another on the wire; null reads as no slices. */
export const records = primitive<readonly Buffer[]>(
  (r) => {
    const view = r.nullableBytes();
    return view === null || view.length === 0 ? NO_SLICES : [view];
  },
  (w, slices) => {
    let total = 0;
    for (const slice of slices) total += slice.length;
    w.int32(total);
    for (const slice of slices) w.raw(slice);
  },
);

/** A field that exists from version `first` on (to `last`, if given); elsewhere it reads as `absent`. */
export function since<T>(
  first: number,
  layout: Layout<T>,
  absent: T,
  last = Number.POSITIVE_INFINITY,
): Layout<T> {
  const missing: Codec<T> = { read: () => absent, write: () => {} };
  return { at: (version) => (version >= first && version <= last ? layout.at(version) : missing) };
}

export function nullableArray<T>(element: Layout<T>): Layout<readonly T[] | null> {
  return {
    at(version) {
      const codec = element.at(version);
      return {
        read(reader) {
          const length = reader.arrayLength();
          if (length < 0) return null;
          const values: T[] = [];
          for (let i = 0; i < length; i++) values.push(codec.read(reader));
          return values;
        },
        write(writer, values) {
          writer.int32(values === null ? -1 : values.length);
          for (const value of values ?? []) codec.write(writer, value);
        },
      };
    },
  };
}

/** An array that is never null; a null on the wire reads as empty. */
export function array<T>(element: Layout<T>): Layout<readonly T[]> {
  const nullable = nullableArray(element);
  return {
    at(version) {
      const codec = nullable.at(version);
      return { read: (reader) => codec.read(reader) ?? [], write: codec.write };
    },
  };
}

/** Fields one behind the other, in the order in which they are written down. */
export function struct<F extends Readonly<Record<string, Layout<unknown>>>>(
  fields: F,
): Layout<{ readonly [K in keyof F]: ValueOf<F[K]> }> {
  type Value = { readonly [K in keyof F]: ValueOf<F[K]> };
  return {
    at(version) {
      const codecs = Object.entries(fields).map(([name, field]) => ({ name, codec: field.at(version) }));
      return {
        read(reader) {
          const value: Record<string, unknown> = {};
          for (const { name, codec } of codecs) value[name] = codec.read(reader);
          return value as Value;
        },
        write(writer, value) {
          for (const { name, codec } of codecs) codec.write(writer, value[name]);
        },
      };
    },
  };
}
