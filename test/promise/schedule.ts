// Schedules: what happens to a world, in which order. Each step is harmless where it does not apply (a client that
// is not there cannot leave), so that any part of a schedule is a schedule, and a failing one can be cut down.

import { type Random, seededRandom } from "../../src/runtime/random.ts";

/** `thread` resumes by thread, the others by partition. */
export type ClientKind = "raw" | "library" | "page" | "thread";
export type RecordKind = "good" | "packed" | "bad" | "null" | "empty" | "control" | "mixed";

export type Step =
  | {
      readonly do: "produce";
      readonly partition: number;
      readonly count: number;
      readonly kind: RecordKind;
      readonly bytes: number;
    }
  /** `live` says nothing at first, `cursor` continues from what the client has. */
  | {
      readonly do: "connect";
      readonly client: number;
      readonly from: "cursor" | "latest" | "earliest" | "live";
      readonly server: number;
    }
  /** On an open connection; `cursor_reset` and `latest` give up what is missing. */
  | {
      readonly do: "say";
      readonly client: number;
      readonly what: "resume" | "latest" | "cursor_reset" | "ping";
    }
  | { readonly do: "leave"; readonly client: number; readonly cut: boolean }
  | { readonly do: "pause" | "read"; readonly client: number }
  | { readonly do: "start" | "stop" | "crash"; readonly server: number }
  | { readonly do: "kafka"; readonly up: boolean }
  | { readonly do: "redis"; readonly what: "down" | "up" | "wipe" | "evict" | "slow" | "prompt" }
  /** The oldest records go, all but `keep` of them. */
  | { readonly do: "trim"; readonly partition: number; readonly keep: number }
  /** `settled`: after the servers had time to handle all there was, so that offsets show what happened. */
  | {
      readonly do: "recreate";
      readonly partitions: number;
      readonly awayMs: number;
      readonly settled: boolean;
    }
  | { readonly do: "grow" }
  | { readonly do: "pass"; readonly ms: number };

/** What a world is made of. */
export interface Setup {
  readonly partitions: number;
  readonly clients: readonly ClientKind[];
  readonly servers: number;
  readonly ringRecords: number;
  readonly maxLag: number;
  readonly slowThreshold: number;
  /** `REPLAY_MAX_TOTAL`. */
  readonly replayMax: number;
  /** Raw clients say what the last record they have looks like. */
  readonly fingerprints: boolean;
  readonly redis: boolean;
  /** `REDIS_MESSAGE_TTL_SECS`. */
  readonly ttlSecs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly setup: Setup;
  readonly steps: readonly Step[];
}

type Weighted<T> = readonly (readonly [number, T])[];

function pick<T>(random: Random, choices: Weighted<T>): T {
  let left = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, choice] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (!last) throw new Error("nothing to choose from");
  return last[1];
}

function between(random: Random, min: number, max: number): number {
  return min + random.int(max - min + 1);
}

function randomSetup(random: Random): Setup {
  const kind = () =>
    pick<ClientKind>(random, [
      [6, "raw"],
      [3, "library"],
      [1, "page"],
      [1, "thread"],
    ]);
  return {
    partitions: between(random, 1, 3),
    clients: Array.from({ length: between(random, 1, 3) }, kind),
    // Two are replicas: each reads everything.
    servers: random.next() < 0.25 ? 2 : 1,
    ringRecords: pick(random, [
      [3, 8],
      [3, 24],
      [2, 100],
      [1, 2_000],
    ]),
    maxLag: pick(random, [
      [4, 100_000],
      [1, 60],
    ]),
    slowThreshold: pick(random, [
      [2, 0],
      [1, 50],
    ]),
    replayMax: pick(random, [
      [5, 0],
      [1, 20],
    ]),
    fingerprints: random.next() < 0.5,
    redis: random.next() < 0.6,
    ttlSecs: pick(random, [
      [3, 3_600],
      [1, 10],
    ]),
  };
}

const produce = (random: Random, setup: Setup): Step => ({
  do: "produce",
  partition: random.int(setup.partitions),
  count: pick(random, [
    [4, between(random, 1, 5)],
    [3, between(random, 6, 40)],
    [1, between(random, 100, 300)],
  ]),
  kind: pick<RecordKind>(random, [
    [6, "good"],
    [4, "mixed"],
    [1, "packed"],
    [1, "bad"],
    [0.5, "null"],
    [0.5, "empty"],
    [1, "control"],
  ]),
  bytes: pick(random, [
    [6, 100],
    [2, 2_000],
    [1, 20_000],
  ]),
});

const connect = (random: Random, setup: Setup): Step => ({
  do: "connect",
  client: random.int(setup.clients.length),
  server: random.int(setup.servers),
  from: pick(random, [
    [8, "cursor"],
    [1, "latest"],
    [2, "earliest"],
    [1, "live"],
  ]),
});

/** How often which step comes, beside the first ones that every schedule has. */
const STEPS: Weighted<(random: Random, setup: Setup) => Step> = [
  [20, produce],
  [10, connect],
  [5, (r, s) => ({ do: "leave", client: r.int(s.clients.length), cut: r.next() < 0.6 })],
  [4, (r, s) => ({ do: "pause", client: r.int(s.clients.length) })],
  [3, (r, s) => ({ do: "read", client: r.int(s.clients.length) })],
  [
    2,
    (r, s) => ({
      do: "say",
      client: r.int(s.clients.length),
      what: pick(r, [
        [3, "resume"],
        [1, "latest"],
        [1, "cursor_reset"],
        [1, "ping"],
      ]),
    }),
  ],
  [2, (r, s) => ({ do: "crash", server: r.int(s.servers) })],
  [1.5, (r, s) => ({ do: "stop", server: r.int(s.servers) })],
  [4, (r, s) => ({ do: "start", server: r.int(s.servers) })],
  [1, () => ({ do: "kafka", up: false })],
  [2, () => ({ do: "kafka", up: true })],
  [
    3,
    (r) => ({
      do: "redis",
      what: pick(r, [
        [2, "down"],
        [3, "up"],
        [1, "wipe"],
        [2, "evict"],
        [1, "slow"],
        [1, "prompt"],
      ]),
    }),
  ],
  [2, (r, s) => ({ do: "trim", partition: r.int(s.partitions), keep: r.int(30) })],
  [
    0.7,
    (r, s) => ({
      do: "recreate",
      partitions: s.partitions,
      awayMs: between(r, 0, 6_000),
      settled: r.next() < 0.8,
    }),
  ],
  [0.4, () => ({ do: "grow" })],
  [
    10,
    (r) => ({
      do: "pass",
      ms: pick(r, [
        [6, between(r, 1, 300)],
        [3, between(r, 300, 3_000)],
        [1, between(r, 3_000, 20_000)],
      ]),
    }),
  ],
];

/** The schedule of a seed: always the same. */
export function scheduleOf(seed: number): Schedule {
  const random = seededRandom(seed);
  // The first numbers of neighbouring seeds are alike.
  random.bytes(16);
  const setup = randomSetup(random);
  const count = pick(random, [
    [2, between(random, 5, 15)],
    [3, between(random, 15, 40)],
  ]);
  const steps: Step[] = [{ do: "start", server: 0 }, produce(random, setup)];
  for (let i = 0; i < count; i++) steps.push(pick(random, STEPS)(random, setup));
  return { seed, setup, steps };
}
