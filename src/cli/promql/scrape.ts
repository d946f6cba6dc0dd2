// `/metrics` asked over HTTP, once or several times.

import { DashstreamError, describeError } from "../../errors.ts";
import { type LoadedInput, notMetrics } from "../../promql/input/loaded-series.ts";
import { ScrapedSeries } from "../../promql/input/scraped-series.ts";
import type { CliContext } from "../context.ts";

export interface ScrapePlan {
  readonly url: string;
  readonly count: number;
  readonly intervalMs: number;
}

/** As Prometheus does by default. */
const TIMEOUT_MS = 10_000;

/**
 * @throws DashstreamError `server_unreachable` if there is no answer, `server_refused` if it is no success,
 * `exposition_invalid` if it is no exposition, `aborted`
 */
export async function scrapeSeries(
  { clock, interrupted }: Pick<CliContext, "clock" | "interrupted">,
  { url, count, intervalMs }: ScrapePlan,
): Promise<LoadedInput> {
  const scraped = new ScrapedSeries();
  const startMs = clock.nowMs();
  let atMs = startMs;
  for (let index = 0; index < count; index++) {
    if (index > 0 && !(await clock.sleep(intervalMs, interrupted))) {
      throw new DashstreamError("aborted", "interrupted between two scrapes");
    }
    atMs = clock.nowMs();
    addScrape(scraped, url, await get(url, interrupted), atMs);
  }
  return { store: scraped.store, startMs, endMs: atMs };
}

function addScrape(scraped: ScrapedSeries, url: string, text: string, atMs: number): void {
  try {
    scraped.add(text, atMs);
  } catch (cause) {
    throw new DashstreamError("exposition_invalid", notMetrics(url, cause), { cause });
  }
}

async function get(url: string, interrupted: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(TIMEOUT_MS)]);
  const headers = { accept: "text/plain;version=0.0.4" };
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (cause) {
    throw new DashstreamError("server_unreachable", `${url} does not answer: ${describeError(cause)}`, {
      cause,
    });
  }
  if (!response.ok) throw new DashstreamError("server_refused", `${url} answered status ${response.status}`);
  return response.text();
}
