// Settings that this version does not act on: of parts that it does not have, or that earlier versions had. They
// are named here so that whoever sets one is told, and does not believe it works.

export interface ReservedSetting {
  /** A variable, or a prefix that ends in `*`. */
  readonly name: string;
  /** Completes a sentence that begins with the variable. */
  readonly why: string;
}

const NO_SPLIT = "is not supported by this version and ignored: the group decides which partitions are read";
const ONE_PROTOCOL = "is not supported by this version and ignored: traces are sent as protobuf over HTTP";
const NO_OLD_DATA =
  "no longer exists and is ignored: records below the head seen at start are handled like others; `dashstream offsets reset` skips them";

export const RESERVED_SETTINGS: readonly ReservedSetting[] = [
  { name: "OTEL_EXPORTER_OTLP_PROTOCOL", why: ONE_PROTOCOL },
  { name: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", why: ONE_PROTOCOL },
  {
    name: "OTEL_TRACES_SAMPLER",
    why: "is not supported by this version and ignored: traces are kept by OTEL_TRACES_SAMPLER_ARG and by their producers",
  },
  {
    name: "OTEL_SDK_DISABLED",
    why: "is not supported by this version and ignored: without OTEL_EXPORTER_OTLP_ENDPOINT there is no tracing",
  },
  {
    name: "OTEL_*",
    why: "is not supported by this version and ignored: of OpenTelemetry's variables it knows those of the section Tracing",
  },
  { name: "KAFKA_PARTITION", why: NO_SPLIT },
  {
    name: "KAFKA_TENANT_ID",
    why: "is not supported by this version and ignored: records of all tenants are served",
  },
  { name: "KAFKA_OLD_DATA_USE_TIMESTAMP", why: NO_OLD_DATA },
  { name: "KAFKA_OLD_DATA_GRACE_SECONDS", why: NO_OLD_DATA },
  { name: "RUST_LOG", why: "no longer exists and is ignored: use LOG_LEVEL" },
];

/** The entry for a variable, if it is reserved. */
export function reservedSetting(variable: string): ReservedSetting | null {
  const found = RESERVED_SETTINGS.find(({ name }) =>
    name.endsWith("*") ? variable.startsWith(name.slice(0, -1)) : variable === name,
  );
  return found ?? null;
}
