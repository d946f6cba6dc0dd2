// What a Prometheus scrapes, by its configuration: its list of targets fills some seconds after its start.

import { parse } from "yaml";
import { z } from "zod";

const scraping = z.object({ scrape_configs: z.array(z.object({ job_name: z.string() })).default([]) });

/**
 * Names of jobs.
 * @param config of Prometheus, as YAML
 */
export function scrapedJobs(config: string): ReadonlySet<string> {
  const parsed = scraping.safeParse(parse(config));
  return new Set(parsed.data?.scrape_configs.map(({ job_name }) => job_name));
}
