// What the variables of OpenTelemetry may look like: where traces go, with which headers, and how many of them.

import type { Kind } from "./kind.ts";

/** The port of OTLP over gRPC, which many collectors listen on besides the one of OTLP over HTTP. */
const GRPC_PORT = "4317";

/** The address of a collector. */
export function otlpEndpoint(): Kind<string> {
  return {
    placeholder: "url",
    expected: "an address of OTLP over HTTP such as http://jaeger:4318",
    parse(text) {
      // Without a scheme the host would be one.
      const url = URL.parse(text.includes("://") ? text : `http://${text}`);
      if (url?.port === GRPC_PORT) {
        return {
          ok: false,
          why: "port 4317 is OTLP over gRPC, which is not spoken here; over HTTP it is 4318",
        };
      }
      if (url === null || !/^https?:\/\//i.test(text) || url.hostname === "") return { ok: false };
      if (url.username !== "" || url.password !== "") {
        return { ok: false, why: "a login belongs into OTEL_EXPORTER_OTLP_HEADERS" };
      }
      if (url.search !== "" || url.hash !== "") return { ok: false, why: "it has more than a path" };
      return { ok: true, value: text };
    },
  };
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What Node sends as the value of a header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers for the collector: `name=value,...`, values percent-encoded (OTLP exporter specification). */
export function otlpHeaders(): Kind<Readonly<Record<string, string>>> {
  return {
    placeholder: "name=value,...",
    expected: "a comma list of name=value, with percent-encoded values",
    parse(text) {
      const pairs = text.split(",").filter((item) => item.trim() !== "");
      const headers = pairs.map(headerOf);
      const valid = headers.filter((header) => header !== null);
      if (valid.length === 0 || valid.length < headers.length) return { ok: false };
      return { ok: true, value: Object.fromEntries(valid) };
    },
  };
}

function headerOf(item: string): readonly [name: string, value: string] | null {
  const [name = "", ...rest] = item.split("=");
  if (rest.length === 0 || !HEADER_NAME.test(name.trim())) return null;
  try {
    const value = decodeURIComponent(rest.join("=").trim());
    return HEADER_VALUE.test(value) ? [name.trim(), value] : null;
  } catch {
    // A percent sign that is not followed by two digits.
    return null;
  }
}

/** A share of all. */
export function ratio(): Kind<number> {
  return {
    placeholder: "number",
    expected: "a number from 0 to 1",
    parse(text) {
      const value = Number(text);
      return /^\d*\.?\d+$/.test(text) && value <= 1 ? { ok: true, value } : { ok: false };
    },
  };
}
