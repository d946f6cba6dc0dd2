// Limits per tenant as the server has them: from the configuration, changed by the file's reload and by admin calls,
// and what `/health` says of them.

import type { ReadFile } from "../config/kind.ts";
import type { Config } from "../config/options.ts";
import { readTenantLimits } from "../config/tenant-limits-file.ts";
import type { Seams } from "../stream/seams.ts";
import { TenantRateLimiter } from "../stream/tenant-rate-limiter.ts";
import type { SharedBuckets } from "../stream/tenant-redis-buckets.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { RecentCounts } from "./recent-counts.ts";

export interface TenantLimitsOptions extends Seams {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly errors: FloodGuard;
}

/** The `tenant_limits` object of `/health`. */
export interface TenantLimitsHealth {
  readonly store: "local" | "redis";
  /** Records that were not delivered because their tenant was over its limit. */
  readonly limited: number;
  readonly limited_last_120s: number;
  /** Tenants that were over their limit in the last 120 s, those with the most records first, at most 20. */
  readonly tenants_over_limit: readonly { readonly tenant_id: string; readonly limited_last_120s: number }[];
  /** `null` for the local store. While `fallback` is true, this server limits by itself. */
  readonly redis: {
    readonly connected: boolean;
    readonly fallback: boolean;
    readonly problem: string | null;
  } | null;
}

type Counts = ReadonlyMap<string, number>;

/** The stream waits for Redis, so it waits less than other users of the limiter. */
const REDIS_TIMEOUT_MS = 250;
const SHOWN_TENANTS = 20;
/** So many tenants have log lines rationed for each alone; the others share theirs, so that ids cannot fill the log. */
const TENANTS_LOGGED_ALONE = 50;

/** Whether these limits need Redis. */
export function limitsUseRedis(config: Config): boolean {
  return config.tenantRateLimitPerSec !== null && config.tenantRateLimitStore === "redis";
}

/** `null` if the configuration has no limits. */
export function createTenantLimits(options: TenantLimitsOptions): TenantLimits | null {
  return options.config.tenantRateLimitPerSec === null ? null : new TenantLimits(options);
}

export class TenantLimits {
  /** For what the file does not say: reading and changing single limits. */
  readonly limiter: TenantRateLimiter;
  readonly #options: TenantLimitsOptions;
  readonly #limited: RecentCounts;
  readonly #loggedAlone = new Set<string>();

  constructor(options: TenantLimitsOptions) {
    const { config, clock } = options;
    const redis = sharedBuckets(options);
    this.#options = options;
    this.#limited = new RecentCounts(clock);
    this.limiter = new TenantRateLimiter({
      ...options,
      limit: {
        messagesPerSecond: config.tenantRateLimitPerSec ?? 0,
        burstCapacity: config.tenantRateBurst,
      },
      ...(redis === null ? {} : { redis }),
    });
    if (config.tenantRateLimitsFile) this.limiter.replaceTenantLimits(config.tenantRateLimitsFile.limits);
  }

  /** How many of the wanted records of each tenant may be delivered; what is refused is counted and said. */
  takeAll(wanted: Counts): Counts | Promise<Counts> {
    const taken = this.limiter.takeAll(wanted);
    if (taken instanceof Promise) return taken.then((granted) => this.#noted(wanted, granted));
    return this.#noted(wanted, taken);
  }

  /** Replaces all limits of single tenants by those of the file; a wrong file changes nothing, and is said. */
  reload(readFile: ReadFile): void {
    const { config, log } = this.#options;
    const path = config.tenantRateLimitsFile?.path;
    if (path === undefined) return;
    const parsed = readTenantLimits(path, readFile);
    if (parsed.ok) {
      this.limiter.replaceTenantLimits(parsed.value.limits);
      log.info("tenant limits reloaded", { path, tenants: parsed.value.limits.size });
    } else {
      const msg = "tenant limits not reloaded: TENANT_RATE_LIMITS_FILE is wrong, the old limits stay";
      log.error(msg, { path, error: parsed.why });
    }
  }

  get redisConnected(): boolean {
    const { state } = this.limiter;
    return state.store === "redis" && state.connected;
  }

  health(): TenantLimitsHealth {
    const { state } = this.limiter;
    return {
      store: state.store,
      limited: this.#limited.total,
      limited_last_120s: this.#limited.inWindow(),
      tenants_over_limit: this.#limited
        .largest(SHOWN_TENANTS)
        .map(([tenant_id, count]) => ({ tenant_id, limited_last_120s: count })),
      redis:
        state.store === "local"
          ? null
          : {
              connected: state.connected,
              fallback: !state.connected || state.problem !== null,
              problem: state.problem,
            },
    };
  }

  close(): void {
    this.limiter.close();
  }

  #logKey(tenantId: string): string {
    if (this.#loggedAlone.size < TENANTS_LOGGED_ALONE) this.#loggedAlone.add(tenantId);
    return this.#loggedAlone.has(tenantId) ? `tenant limit ${tenantId}` : "tenant limit";
  }

  #noted(wanted: Counts, granted: Counts): Counts {
    for (const [tenantId, count] of wanted) {
      const limited = count - (granted.get(tenantId) ?? 0);
      if (limited === 0) continue;
      this.#limited.add(tenantId, limited);
      this.#options.errors.warn(this.#logKey(tenantId), "tenant over its limit: records are not delivered", {
        tenant_id: tenantId,
        limited,
      });
    }
    return granted;
  }
}

function sharedBuckets({ config, network, random }: TenantLimitsOptions): SharedBuckets | null {
  if (!limitsUseRedis(config) || config.redisUrl === null) return null;
  return { settings: config.redisUrl, network, random, timeoutMs: REDIS_TIMEOUT_MS };
}
