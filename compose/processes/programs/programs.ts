// The programs that services of a compose file may be.

import type { ComposeService } from "../compose-file/service.ts";
import { alertmanagerProgram } from "./alertmanager.ts";
import { applianceProgram } from "./appliance.ts";
import { jaegerProgram } from "./jaeger.ts";
import { kafkaProgram } from "./kafka.ts";
import { isImage, type Program } from "./program.ts";
import { prometheusProgram } from "./prometheus.ts";
import { redisProgram } from "./redis.ts";

const grafanaProgram: Program = {
  runs: ({ image }) => isImage(image, "grafana"),
  plan: () => ({ leftOut: "Grafana is no part of the stack as processes" }),
};

const PROGRAMS: readonly Program[] = [
  applianceProgram,
  kafkaProgram,
  redisProgram,
  prometheusProgram,
  alertmanagerProgram,
  jaegerProgram,
  grafanaProgram,
];

const unknownProgram: Program = {
  runs: () => true,
  plan: ({ service: { image } }) => ({ leftOut: `image ${image} has no program here` }),
};

/** What runs a service. */
export function programOf(service: ComposeService): Program {
  return PROGRAMS.find(({ runs }) => runs(service)) ?? unknownProgram;
}
