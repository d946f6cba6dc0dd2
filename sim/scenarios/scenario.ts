// A scenario: which faults, when, in which server, and which alerts must tell of it. Data only; users write the same as
// YAML. Times are durations as Prometheus writes them (`90s`, `5m`, `1h30m`).

import { z } from "zod";
import { COMPONENT_NAMES } from "../faults/stage.ts";
import { DURATION, DURATION_FORMS } from "./duration.ts";

const duration = z.string().regex(DURATION, DURATION_FORMS);

const alertName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "the name of an alert");

export const scenarioSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "a name in kebab case")
    .describe("Name of the scenario, in kebab case"),
  summary: z.string().min(1).describe("One sentence: what happens, and what must be noticed"),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe("Environment variables of the components, as in production"),
  env_of: z
    .strictObject({
      "websocket-server": z.record(z.string(), z.string()).default({}),
      "quality-monitor": z.record(z.string(), z.string()).default({}),
      exporter: z.record(z.string(), z.string()).default({}),
    })
    .prefault({})
    .describe("Environment variables of one component only, over those of env"),
  also_scraped: z
    .array(
      z.strictObject({
        job: z.string().min(1),
        component: z.enum(COMPONENT_NAMES),
      }),
    )
    .default([])
    .describe(
      "Further jobs of Prometheus, as a site has them, each of which scrapes one of the components too",
    ),
  redis: z.boolean().default(false).describe("A Redis is there, and REDIS_URL names it"),
  max_scale: z
    .number()
    .min(1)
    .max(60)
    .default(60)
    .describe(
      "How much faster a live drill may play it: what takes real time, as a restart does, must fit in",
    ),
  partitions: z.int().min(1).max(100).default(3).describe("Partitions of the topic"),
  traffic: z
    .strictObject({
      rate: z.number().positive().max(10_000).default(5).describe("Records a second"),
      tenants: z.int().min(1).max(1000).default(3),
      threads: z.int().min(1).max(10_000).default(10).describe("Graph runs going on at the same time"),
    })
    .prefault({})
    .describe("The healthy traffic"),
  clients: z.int().min(0).max(100).default(1).describe("Healthy WebSocket clients"),
  warm_up: duration
    .default("3m")
    .describe("Healthy time before the first fault; no alert may be pending or firing"),
  faults: z
    .array(
      z.strictObject({
        fault: z.string().describe("Name of a fault; `dashstream verify --list` shows all"),
        params: z.record(z.string(), z.unknown()).default({}),
        after: duration.default("0s").describe("After the end of the warm-up"),
        for: duration.optional().describe("How long; default: until the end of the hold"),
      }),
    )
    .describe("What breaks"),
  remedy: z
    .array(z.strictObject({ fault: z.string(), params: z.record(z.string(), z.unknown()).default({}) }))
    .default([])
    .describe(
      "What operators do when the faults are cleared, where that alone resolves nothing: applied and cleared",
    ),
  hold: duration.describe("From the end of the warm-up until every fault is cleared"),
  settle: duration.default("8m").describe("After the faults; in this time the alerts must resolve"),
  expect: z
    .array(
      z.strictObject({
        alert: alertName,
        labels: z
          .record(z.string(), z.string())
          .default({})
          .describe("Labels that the firing alert must have"),
        within: duration.optional().describe("Most time from the first fault to firing; default: the hold"),
        resolves: z
          .boolean()
          .default(true)
          .describe("Whether it must resolve in the settling time, and not before the fault is cleared"),
        evidence: z
          .string()
          .optional()
          .describe("PromQL that must give a result when the alert fires: what tells this cause from others"),
        always: z
          .boolean()
          .default(false)
          .describe("It fires all the time, as a dead man's switch does; nothing else is asked of it"),
      }),
    )
    .describe("Alerts that must fire"),
  may: z
    .array(z.strictObject({ alert: alertName, because: z.string().min(1) }))
    .default([])
    .describe("Alerts that may fire too, each with the reason, beside those that the faults declare"),
});

/** As written. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
/** With all defaults. */
export type Scenario = z.output<typeof scenarioSchema>;

/** Checks the shape of a scenario of ours and fills in what it leaves out. */
export function defineScenario(scenario: ScenarioInput): Scenario {
  return scenarioSchema.parse(scenario);
}
