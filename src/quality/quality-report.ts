// A quality report: the `Metrics` message of scope `quality`, read once into typed values. What is not there
// stays `null`, so that nobody counts it as zero; what is there and cannot be used is named.

import { boundThreadId } from "../stream/thread-id.ts";
import type { DashStreamMessage, Metrics, MetricValue } from "../wire/model.ts";

const CATEGORIES = ["Simple", "Medium", "Complex", "Edge", "Unknown"] as const;

export type Category = (typeof CATEGORIES)[number];

export interface QualityReport {
  /** The thread whose run is judged; empty if the message does not say. */
  readonly sessionId: string;
  readonly hasHeader: boolean;
  readonly qualityScore: number | null;
  readonly accuracy: number | null;
  readonly relevance: number | null;
  readonly completeness: number | null;
  readonly passed: boolean | null;
  readonly latencyMs: number | null;
  readonly retryCount: number | null;
  readonly turnNumber: number | null;
  /** As the producer wrote it; empty if it did not. */
  readonly model: string;
  readonly category: Category;
  readonly applicationType: string;
  /** Names of values that are there but are not of the type they must have, or no finite number. */
  readonly unusable: readonly string[];
}

export type ReportReading =
  | { readonly kind: "report"; readonly report: QualityReport }
  /** Metrics about something else than quality. */
  | { readonly kind: "wrong_scope"; readonly scope: string }
  /** No `Metrics` message at all. */
  | { readonly kind: "other" };

const SCOPE = "quality";

/** Reads the quality report out of a message, if it is one. */
export function readReport(message: DashStreamMessage): ReportReading {
  if (message.message !== "metrics") return { kind: "other" };
  const { metrics } = message;
  if (metrics.scope !== SCOPE) return { kind: "wrong_scope", scope: metrics.scope };
  return { kind: "report", report: reportOf(metrics) };
}

function reportOf({ header, metrics, tags }: Metrics): QualityReport {
  const unusable: string[] = [];
  function read<T>(name: string, usable: (value: MetricValue) => T | null): T | null {
    const value = metrics[name];
    if (value === undefined) return null;
    const result = usable(value);
    if (result === null) unusable.push(name);
    return result;
  }
  return {
    sessionId: boundThreadId(header?.threadId ?? ""),
    hasHeader: header !== undefined,
    qualityScore: read("quality_score", finiteFloat),
    accuracy: read("accuracy", finiteFloat),
    relevance: read("relevance", finiteFloat),
    completeness: read("completeness", finiteFloat),
    passed: read("passed", (value) => (value.value === "boolValue" ? value.boolValue : null)),
    latencyMs: read("latency_ms", count),
    retryCount: read("retry_count", count),
    turnNumber: read("turn_number", count),
    model: tags.model ?? "",
    category: categoryOf(tags),
    applicationType: tags.application_type ?? tags.app_type ?? "",
    unusable,
  };
}

function finiteFloat(value: MetricValue): number | null {
  return value.value === "floatValue" && Number.isFinite(value.floatValue) ? value.floatValue : null;
}

/** A whole number; negative ones count as 0. */
function count(value: MetricValue): number | null {
  return value.value === "intValue" ? Math.max(0, Number(value.intValue)) : null;
}

/** Each category as it is, in lower case and in capitals; other spellings are unknown. */
const CATEGORY_BY_TEXT: ReadonlyMap<string, Category> = new Map(
  CATEGORIES.flatMap((category) => [
    [category, category],
    [category.toLowerCase(), category],
    [category.toUpperCase(), category],
  ]),
);

function categoryOf(tags: Readonly<Record<string, string>>): Category {
  const text = tags.category ?? tags.query_category ?? tags.complexity;
  return (text === undefined ? undefined : CATEGORY_BY_TEXT.get(text)) ?? "Unknown";
}
