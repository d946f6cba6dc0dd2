// Running figures of the evaluations seen since this process started: averages of the scores, and how many
// evaluations were of low quality, each judged by its own scores.

import type { QualityReport } from "./quality-report.ts";

/** The three scores that make an evaluation, each a ratio, and their mean. */
export interface Scores {
  readonly accuracy: number;
  readonly relevance: number;
  readonly completeness: number;
  readonly overall: number;
}

/** An evaluation whose mean score is below this is of low quality. */
const LOW_QUALITY_BELOW = 0.7;

/** The scores of a report; `null` unless it has all three. */
export function scoresOf({ accuracy, relevance, completeness }: QualityReport): Scores | null {
  if (accuracy === null || relevance === null || completeness === null) return null;
  return { accuracy, relevance, completeness, overall: (accuracy + relevance + completeness) / 3 };
}

/** Sums of doubles are a little off: three scores of 0.7 have a mean of 0.6999999999999998. */
const ROUNDING = 1e-9;

/** Whether the mean of the three scores is below 0.7. */
export function isLowQuality(scores: Scores): boolean {
  return scores.overall < LOW_QUALITY_BELOW - ROUNDING;
}

/** Figures since the start; `null` where nothing was counted yet. */
export interface EvaluationStats {
  readonly total: number;
  readonly averages: Scores | null;
  readonly lowQuality: number;
  /** Of all evaluations, in percent. */
  readonly lowQualityPercentage: number | null;
}

export class Evaluations {
  #total = 0;
  #lowQuality = 0;
  #sums: Scores = { accuracy: 0, relevance: 0, completeness: 0, overall: 0 };

  add(scores: Scores): void {
    this.#total++;
    if (isLowQuality(scores)) this.#lowQuality++;
    const sums = this.#sums;
    this.#sums = {
      accuracy: sums.accuracy + scores.accuracy,
      relevance: sums.relevance + scores.relevance,
      completeness: sums.completeness + scores.completeness,
      overall: sums.overall + scores.overall,
    };
  }

  stats(): EvaluationStats {
    const total = this.#total;
    const lowQuality = this.#lowQuality;
    if (total === 0) return { total, averages: null, lowQuality, lowQualityPercentage: null };
    const sums = this.#sums;
    return {
      total,
      averages: {
        accuracy: sums.accuracy / total,
        relevance: sums.relevance / total,
        completeness: sums.completeness / total,
        overall: sums.overall / total,
      },
      lowQuality,
      lowQualityPercentage: (100 * lowQuality) / total,
    };
  }
}
