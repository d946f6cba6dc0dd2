import { expect, test } from "bun:test";
import { scrapedJobs } from "../../../sim/drill/scraped-jobs.ts";

test.each([
  ["scrape_configs: [{job_name: a, static_configs: []}, {job_name: b}]", ["a", "b"]],
  ["global: {}", []],
  ["", []],
])("%p names the jobs %p", (config, jobs) => {
  expect([...scrapedJobs(config)]).toEqual(jobs);
});
