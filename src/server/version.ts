// The body of `GET /version`: what this server is, which stream it serves, and how clients resume on it.

import type { BuildInfo } from "../runtime/build-info.ts";
import { CURRENT_SCHEMA_VERSION } from "../wire/schema-policy.ts";
import { resumeNamespace, type StreamIdentity } from "./resume-namespace.ts";

/** What happens to an undecodable record: go on with the next, or pause its partition. */
export type DecodeErrorPolicy = "skip" | "pause";

export interface VersionInputs {
  readonly build: BuildInfo;
  readonly stream: StreamIdentity;
  readonly maxPayloadBytes: number;
  readonly decodeErrorPolicy: DecodeErrorPolicy;
}

export interface VersionReport {
  readonly git_sha: string;
  readonly build_date: string;
  readonly schema_version: number;
  readonly component: "websocket-server";
  readonly resume_namespace: string;
  readonly kafka_topic: string;
  readonly kafka_group_id: string;
  readonly max_payload_bytes: number;
  readonly decode_error_policy: DecodeErrorPolicy;
  /** Version of dashstream. */
  readonly version: string;
  /** Name and version of the JavaScript runtime. */
  readonly runtime: string;
}

/** Builds the body of `GET /version`. */
export function versionReport({
  build,
  stream,
  maxPayloadBytes,
  decodeErrorPolicy,
}: VersionInputs): VersionReport {
  return {
    git_sha: build.gitSha,
    build_date: build.buildDate,
    schema_version: CURRENT_SCHEMA_VERSION,
    component: "websocket-server",
    resume_namespace: resumeNamespace(stream),
    kafka_topic: stream.topic,
    kafka_group_id: stream.groupId,
    max_payload_bytes: maxPayloadBytes,
    decode_error_policy: decodeErrorPolicy,
    version: build.version,
    runtime: build.runtime,
  };
}
