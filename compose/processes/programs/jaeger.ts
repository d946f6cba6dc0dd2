// Jaeger all-in-one of release 1. It takes minutes to build, so that a machine without it goes without traces.

import { existsSync } from "node:fs";
import { JAEGER_PATH, JAEGER_VERSION } from "../built-programs.ts";
import { LOOPBACK } from "../places/addresses.ts";
import { isImage, type Program, withFlag } from "./program.ts";

const ADMIN_PORT = 14269;

/** The flags of its servers with their ports (`ports/ports.go` and `cmd/*\/flags.go` of Jaeger 1.76). */
const SERVERS: Readonly<Record<string, number>> = {
  "--query.http-server.host-port": 16686,
  "--query.grpc-server.host-port": 16685,
  "--collector.otlp.http.host-port": 4318,
  "--collector.otlp.grpc.host-port": 4317,
  "--collector.http-server.host-port": 14268,
  "--collector.grpc-server.host-port": 14250,
  "--admin.http.host-port": ADMIN_PORT,
};

export const jaegerProgram: Program = {
  runs: ({ image }) => isImage(image, "jaegertracing/all-in-one"),
  plan({ args, env, addresses, service }) {
    if (!existsSync(JAEGER_PATH)) return { leftOut: `Jaeger ${JAEGER_VERSION} is not at ${JAEGER_PATH}` };
    const addressOf = (port: number) => `${LOOPBACK}:${addresses.portOf(service.name, port)}`;
    const command = Object.entries(SERVERS).reduce(
      (words, [flag, port]) => withFlag(words, flag, addressOf(port)),
      args,
    );
    return {
      command: [JAEGER_PATH, ...command],
      env,
      readiness: { kind: "http", url: `http://${addressOf(ADMIN_PORT)}/` },
      logsTo: "stderr",
      version: `Jaeger ${JAEGER_VERSION}`,
    };
  },
};
