// Recordings made by hand: what was scraped, when which fault was on, and rules on it. Times are counted in scrapes, of
// which one is 15 s.

import type { PlayedFault } from "../../../sim/scenarios/play.ts";
import type { Recording } from "../../../sim/verify/recording.ts";
import { recorded, SCRAPE_INTERVAL_MS, START_MS } from "./promtool/scene.ts";

export const SCRAPES = 51;
/** End of the warm-up: the fault begins. */
export const WARM = 10;
/** The fault is gone. */
export const CLEARED = 30;

export function atScrape(scrape: number): number {
  return START_MS + scrape * SCRAPE_INTERVAL_MS;
}

/**
 * A series that is 0 at first.
 * @param changes by scrape, the value that it has from then on; `_` = there is none, `stale` = it ended
 */
export function series(
  name: string,
  changes: Readonly<Record<number, number | "_" | "stale">> = {},
  scrapes = SCRAPES,
): string {
  let current: number | "_" | "stale" = 0;
  const values = Array.from({ length: scrapes }, (_, scrape) => {
    current = changes[scrape] ?? (current === "stale" ? "_" : current);
    return current;
  });
  return `${name} ${values.join(" ")}`;
}

export function fault(parts: Partial<PlayedFault> = {}): PlayedFault {
  return {
    fault: "sequence-gap",
    params: { share: 0.1 },
    appliedMs: atScrape(WARM),
    clearedMs: atScrape(CLEARED),
    hits: 7,
    ...parts,
  };
}

export function recording(texts: readonly string[], parts: Partial<Recording> = {}): Recording {
  return {
    ...recorded(texts, SCRAPES),
    warmMs: atScrape(WARM),
    clearedMs: atScrape(CLEARED),
    faults: [fault()],
    findings: [],
    ...parts,
  };
}

/** A rule file of one group with these rules, each as YAML in one line. */
export function ruleText(...rules: readonly string[]): string {
  return `groups:\n  - name: made-up\n    rules:\n${rules.map((rule) => `      - ${rule}\n`).join("")}`;
}
