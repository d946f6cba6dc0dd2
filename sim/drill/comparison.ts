// Live and virtual timelines of the same alerts side by side: both must come to the same verdict, and the times of a drill,
// multiplied by its scale, should be near those of virtual time.

import type { AlertProof } from "../verify/report/report.ts";

export interface TimelineComparison {
  readonly alert: string;
  readonly scenario: string;
  readonly live_proven: boolean;
  readonly virtual_proven: boolean;
  /** In the scenario's own time: what took a second at scale 60 is a minute here. `null` = it did not fire. */
  readonly live_detection_s: number | null;
  readonly virtual_detection_s: number | null;
  readonly difference_s: number | null;
}

/** @param scale of the live run; the virtual one has none */
export function compareTimelines(
  live: readonly AlertProof[],
  virtual: readonly AlertProof[],
  scale: number,
): readonly TimelineComparison[] {
  const keyOfVirtual = numbered();
  const counterparts = new Map(virtual.map((proof) => [keyOfVirtual(proof), proof]));
  const keyOfLive = numbered();
  return live.map((proof) => {
    const other = counterparts.get(keyOfLive(proof));
    const liveS = proof.detection_s === null ? null : round(proof.detection_s * scale);
    const virtualS = other?.detection_s ?? null;
    return {
      alert: proof.alert,
      scenario: proof.scenario,
      live_proven: proof.proven,
      virtual_proven: other?.proven ?? false,
      live_detection_s: liveS,
      virtual_detection_s: virtualS,
      difference_s: liveS === null || virtualS === null ? null : round(liveS - virtualS),
    };
  });
}

/** A scenario may expect one alert several times, with other labels. */
function numbered(): (proof: AlertProof) => string {
  const counts = new Map<string, number>();
  return ({ alert, scenario }) => {
    const key = JSON.stringify([scenario, alert]);
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    return `${key} ${index}`;
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
