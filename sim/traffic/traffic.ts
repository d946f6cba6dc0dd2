// Believable telemetry of many graph runs at once, the same bytes for the same seed. As many runs as asked for
// are always going on; when one ends another begins, as a new thread.

import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { type Random, uuidV4 } from "../../src/runtime/random.ts";
import { type CompressionOptions, DEFAULT_COMPRESSION } from "../../src/wire/frame.ts";
import { packRecords } from "./batching.ts";
import { BLUEPRINTS } from "./blueprints.ts";
import { createContent, tenantNames } from "./content.ts";
import { DRAFT_KINDS, type DraftKind } from "./draft.ts";
import { graphRun } from "./graph-run.ts";
import { type TrafficRecord, type TrafficSource, TrafficThread } from "./thread.ts";

export interface TrafficOptions {
  /**
   * The only source of chance: the same seed gives the same records, if the clock shows the same times. Compressed
   * bytes also depend on the zstd of the runtime.
   */
  readonly random: Random;
  readonly clock: Clock;
  /** Names, or how many names to make up; default 3. */
  readonly tenants?: number | readonly string[];
  /** Graph runs going on at the same time; default 20. */
  readonly threads?: number;
  /** Kinds to emit; default all. Numbers are given to emitted messages only, so nothing looks lost. */
  readonly kinds?: readonly DraftKind[];
  readonly compression?: CompressionOptions;
  /** Consecutive events of a thread that travel as one `EventBatch`; default 1 = none does. */
  readonly batchSize?: number;
  /** A checkpoint after every so many state diffs; default 3, 0 = none. */
  readonly checkpointEvery?: number;
}

/**
 * A source that starts no timer and does nothing until `next` is called.
 * @throws DashstreamError `config_invalid` if no kind is to be emitted
 */
export function createTraffic(options: TrafficOptions): TrafficSource {
  const { random, clock, threads = 20, kinds = DRAFT_KINDS, batchSize = 1 } = options;
  const { compression = DEFAULT_COMPRESSION, checkpointEvery = 3 } = options;
  if (kinds.length === 0) throw new DashstreamError("config_invalid", "kinds: at least one kind is needed");
  const content = createContent(random);
  const tenants = tenantsOf(options.tenants ?? 3, random);
  const emitted = new Set(kinds);
  const begin = (): Iterator<TrafficRecord> => {
    const identity = { threadId: uuidV4(random), tenantId: content.pick(tenants) };
    const run = graphRun({
      ...identity,
      content,
      clock,
      blueprint: content.pick(BLUEPRINTS),
      checkpointEvery: emitted.has("checkpoint") ? checkpointEvery : 0,
    });
    return packRecords(
      new TrafficThread({ ...identity, clock, random, compression }),
      run,
      emitted,
      batchSize,
    );
  };
  const running = Array.from({ length: Math.max(1, threads) }, begin);
  const next = (): TrafficRecord => {
    for (;;) {
      const index = random.int(running.length);
      const step = running[index]?.next();
      if (step !== undefined && !step.done) return step.value;
      running[index] = begin();
    }
  };
  return { next };
}

function tenantsOf(tenants: number | readonly string[], random: Random): readonly [string, ...string[]] {
  const names = typeof tenants === "number" ? tenantNames(random, tenants) : tenants;
  const [first = "default", ...others] = names;
  return [first, ...others];
}
