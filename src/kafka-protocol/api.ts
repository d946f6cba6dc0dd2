// One API of the protocol: its key, the versions that are spoken here, and its two layouts, with the framing
// around them. Requests carry header version 1, responses header version 0 (all non-flexible versions do).

import { DashstreamError } from "../errors.ts";
import type { Codec, Layout } from "./layout.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

export interface Api<Name extends string = string, Req = unknown, Res = unknown> {
  readonly name: Name;
  readonly key: number;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** What ApiVersions says; lower than `minVersion` only for the sake of clients that look for it. */
  readonly advertisedMinVersion: number;
  /** @throws DashstreamError `protocol_error` if the version is not spoken here */
  request(version: number): Codec<Req>;
  /** @throws DashstreamError `protocol_error` if the version is not spoken here */
  response(version: number): Codec<Res>;
}

export interface ApiDefinition<Name extends string, Req, Res> {
  readonly name: Name;
  readonly key: number;
  /** Lowest and highest version, both included. */
  readonly versions: readonly [min: number, max: number];
  readonly advertisedMinVersion?: number;
  readonly request: Layout<Req>;
  readonly response: Layout<Res>;
}

export type RequestOf<A> = A extends Api<string, infer Req, unknown> ? Req : never;
export type ResponseOf<A> = A extends Api<string, unknown, infer Res> ? Res : never;

export function defineApi<const Name extends string, Req, Res>(
  definition: ApiDefinition<Name, Req, Res>,
): Api<Name, Req, Res> {
  const { name, key } = definition;
  const [minVersion, maxVersion] = definition.versions;
  const pick = <T>(layout: Layout<T>) => {
    const codecs: Codec<T>[] = [];
    for (let version = minVersion; version <= maxVersion; version++) codecs.push(layout.at(version));
    return (version: number): Codec<T> => {
      const codec = codecs[version - minVersion];
      if (codec) return codec;
      const spoken = `${minVersion} to ${maxVersion} are spoken`;
      throw new DashstreamError("protocol_error", `${name} version ${version}: ${spoken}`);
    };
  };
  return {
    name,
    key,
    minVersion,
    maxVersion,
    advertisedMinVersion: definition.advertisedMinVersion ?? minVersion,
    request: pick(definition.request),
    response: pick(definition.response),
  };
}

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** Reads a request header (version 1); the reader is left at the body. */
export function readRequestHeader(reader: Reader): RequestHeader {
  return {
    apiKey: reader.int16(),
    apiVersion: reader.int16(),
    correlationId: reader.int32(),
    clientId: reader.nullableString(),
  };
}

/** A whole request with its length prefix. */
export function encodeRequest<Req>(
  api: Api<string, Req>,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  body: Req,
): Buffer {
  const writer = new Writer();
  writer.int32(0);
  writer.int16(api.key);
  writer.int16(version);
  writer.int32(header.correlationId);
  writer.nullableString(header.clientId);
  api.request(version).write(writer, body);
  writer.patchInt32(0, writer.length - 4);
  return writer.finish();
}

/** A whole response with its length prefix. */
export function encodeResponse<Res>(codec: Codec<Res>, correlationId: number, body: Res): Buffer {
  const writer = new Writer();
  writer.int32(0);
  writer.int32(correlationId);
  codec.write(writer, body);
  writer.patchInt32(0, writer.length - 4);
  return writer.finish();
}

/** Reads one response frame (without its length prefix). */
export function decodeResponse<Res>(
  api: Api<string, unknown, Res>,
  version: number,
  frame: Buffer,
): { readonly correlationId: number; readonly body: Res } {
  const reader = new Reader(frame);
  const correlationId = reader.int32();
  return { correlationId, body: api.response(version).read(reader) };
}
