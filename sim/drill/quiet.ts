// Waiting until a stack is well: everything is scraped, and nothing is pending or firing but what always fires.

import { describeError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { PrometheusApi } from "./prometheus-api.ts";

export interface QuietOptions {
  readonly prometheus: PrometheusApi;
  readonly clock: Clock;
  readonly pollMs: number;
  /** It must be well for so long without a break. */
  readonly lastingMs: number;
  readonly limitMs: number;
  /** Told what is wrong when it has been for some looks, and again when it is something else. */
  readonly onTroubles?: (troubles: readonly string[]) => void;
  readonly signal?: AbortSignal;
}

/** What became of waiting. */
export type Quiet =
  | { readonly kind: "quiet" }
  /** The time is over; `troubles` says what is still wrong. */
  | { readonly kind: "restless"; readonly troubles: string }
  | { readonly kind: "interrupted" };

/** Its alerts say that alerting works, and always fire. */
const DEAD_MANS_SWITCH = "none";

/** What is wrong for fewer looks passes by itself and would be noise: a target that is seen for the first time, for one. */
const LOOKS_BEFORE_TOLD = 4;

export async function untilQuiet(options: QuietOptions): Promise<Quiet> {
  const { clock, pollMs, lastingMs, limitMs, signal } = options;
  const tell = troublesTold(options);
  const endMs = clock.monotonicMs() + limitMs;
  let wellSinceMs: number | null = null;
  for (;;) {
    const troubles = await troublesOf(options.prometheus);
    tell(troubles);
    const nowMs = clock.monotonicMs();
    if (troubles.length > 0) wellSinceMs = null;
    else {
      wellSinceMs ??= nowMs;
      if (nowMs - wellSinceMs >= lastingMs) return { kind: "quiet" };
    }
    if (nowMs >= endMs) {
      return { kind: "restless", troubles: troubles.join("; ") || "it was well too shortly" };
    }
    if (!(await clock.sleep(pollMs, signal))) return { kind: "interrupted" };
  }
}

function troublesTold({ onTroubles }: QuietOptions): (troubles: readonly string[]) => void {
  let looks = 0;
  let told = "";
  return (troubles) => {
    looks = troubles.length === 0 ? 0 : looks + 1;
    const text = troubles.join("; ");
    if (looks < LOOKS_BEFORE_TOLD || text === told) return;
    told = text;
    onTroubles?.(troubles);
  };
}

async function troublesOf(prometheus: PrometheusApi): Promise<readonly string[]> {
  try {
    const [targets, groups] = await Promise.all([prometheus.targets(), prometheus.rules()]);
    const down = targets.filter(({ health }) => health !== "up");
    const alerts = groups.flatMap(({ rules }) =>
      rules.flatMap((rule) =>
        rule.type === "alerting"
          ? rule.alerts.map(({ labels, state }) => ({ name: rule.name, labels, state }))
          : [],
      ),
    );
    return [
      ...(targets.length === 0 ? ["nothing is scraped"] : []),
      ...down.map(({ labels, health, lastError }) => `${labels.job} is ${health}: ${lastError}`),
      ...alerts
        .filter(({ labels }) => labels.severity !== DEAD_MANS_SWITCH)
        .map(({ name, state }) => `${name} is ${state}`),
    ];
  } catch (error) {
    // A Prometheus that is being started does not answer yet; what it said is shown when time is over.
    return [describeError(error)];
  }
}
