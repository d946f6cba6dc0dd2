// One scenario tried on a live stack: settings given, traffic started, the stack seen to be quiet, played. What keeps it from
// being played is an outcome and no error, so that what was learnt before is kept.

import { SCRAPE_INTERVAL_MS } from "../../src/alerts/site.ts";
import { describeError, isExpected } from "../../src/errors.ts";
import { type HostPort, hostPortText } from "../../src/runtime/address.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { KafkaSettings } from "../../src/stream/kafka-settings.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { Fault } from "../faults/fault.ts";
import { kafkaNames } from "../faults/kafka-names.ts";
import { scaleScenario } from "../scenarios/scale.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { DEFAULT_MAX_BATCH_RECORDS } from "../traffic/director.ts";
import { drillScenario, type LiveReport, type LiveScenarioOptions } from "./drill-scenario.ts";
import { liveFaults, type Reach } from "./live-stage.ts";
import { untilQuiet } from "./quiet.ts";
import type { ServiceSettings } from "./services.ts";
import { startTraffic } from "./stack-traffic.ts";

/** Told of what became of faults. */
export interface FaultWitness {
  /** Each fault that was cleared because of an interruption, by its name. */
  readonly onInterrupted: (fault: string) => void;
  /** Each fault that could not be cleared. */
  readonly onUncleared: (fault: Fault) => void;
}

export interface AttemptOptions
  extends Reach,
    FaultWitness,
    Omit<LiveScenarioOptions, "apply" | "scrapeIntervalMs" | "pollMs"> {
  readonly scale: number;
  readonly kafka: KafkaSettings;
  /** With the telemetry. */
  readonly topic: string;
  /** Address of the server. */
  readonly server: HostPort;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
}

export type Attempt =
  | { readonly kind: "played"; readonly live: LiveReport }
  /** The stack was not as it must be; nothing was broken, and nothing further should be. */
  | { readonly kind: "restless"; readonly finding: string }
  /** Something that the drill needs did not work. */
  | { readonly kind: "failed"; readonly finding: string }
  | { readonly kind: "interrupted" };

/** Looks at the states of rules in each scrape interval. */
const LOOKS_PER_SCRAPE = 2;
const MIN_POLL_MS = 200;
/** A stack must be quiet for so many scrapes before something is broken. */
const QUIET_SCRAPES = 3;
/** Of real time, however fast a drill is: what starts beside it disturbs it for so long. */
const MIN_QUIET_MS = 3_000;
/** Everything that looked back on the last scenario must have forgotten it; the longest window is 10 minutes. */
const QUIET_LIMIT_MS = 20 * 60_000;
/** Services need real time to start, however fast a drill is. */
const MIN_QUIET_LIMIT_MS = 120_000;

/** @param settings `null` where services keep theirs */
export async function attemptScenario(
  scenario: Scenario,
  settings: ServiceSettings | null,
  options: AttemptOptions,
): Promise<Attempt> {
  try {
    const faster = scaleScenario(scenario, options.scale);
    await settings?.apply(faster);
    return await withTraffic(faster, options);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { kind: "failed", finding: `it was not played to its end: ${describeError(error)}` };
  }
}

async function withTraffic(faster: Scenario, options: AttemptOptions): Promise<Attempt> {
  const { clock, random, network, log, server, topic, kafka, scale } = options;
  const traffic = await startTraffic(faster, {
    clock,
    random,
    network,
    log,
    settings: kafka,
    topic,
    maxBatchRecords: Math.ceil(DEFAULT_MAX_BATCH_RECORDS / scale),
    streamUrl: `ws://${hostPortText(server)}/ws`,
  });
  try {
    const apply = liveFaults({ ...options, kafka: kafkaNames(topic), traffic: traffic.control });
    return await onceQuiet(faster, { ...options, apply: witnessed(apply, options) });
  } finally {
    await traffic.stop();
  }
}

function witnessed(
  apply: LiveScenarioOptions["apply"],
  { signal, onInterrupted, onUncleared }: AttemptOptions,
): LiveScenarioOptions["apply"] {
  return async (fault, params) => {
    const running = await apply(fault, params);
    return {
      async clear() {
        try {
          await running.clear();
        } catch (error) {
          onUncleared(fault);
          throw error;
        }
        if (signal.aborted) onInterrupted(fault.name);
      },
      hits: () => running.hits(),
    };
  };
}

async function onceQuiet(
  faster: Scenario,
  options: AttemptOptions & Pick<LiveScenarioOptions, "apply">,
): Promise<Attempt> {
  const { prometheus, clock, scale, onPhase, signal } = options;
  const scrapeIntervalMs = SCRAPE_INTERVAL_MS / scale;
  const pollMs = Math.max(MIN_POLL_MS, scrapeIntervalMs / LOOKS_PER_SCRAPE);
  const limitMs = Math.max(QUIET_LIMIT_MS / scale, MIN_QUIET_LIMIT_MS);
  onPhase({ kind: "waiting for a quiet stack", atMostMs: limitMs });
  const quiet = await untilQuiet({
    prometheus,
    clock,
    pollMs,
    lastingMs: Math.max(scrapeIntervalMs * QUIET_SCRAPES, MIN_QUIET_MS),
    limitMs,
    onTroubles: (troubles) => onPhase({ kind: "still not quiet", troubles }),
    signal,
  });
  switch (quiet.kind) {
    case "quiet":
      return { kind: "played", live: await drillScenario(faster, { ...options, scrapeIntervalMs, pollMs }) };
    case "restless":
      return { kind: "restless", finding: `the stack did not become quiet: ${quiet.troubles}` };
    case "interrupted":
      return quiet;
  }
}
