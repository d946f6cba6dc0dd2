// A situation that blocks of the runbook are written for: its alerts are made to fire, and what made them is taken away.

import type { Environment, Site } from "./site.ts";

export interface Situation {
  readonly name: string;
  /** What is the case, for readers of the report. */
  readonly summary: string;
  /** They fire before the first block is run. */
  readonly alerts: readonly string[];
  /** Variables of services in which it can come about, by service. */
  readonly env?: Readonly<Record<string, Environment>>;
  /** Makes it so. Called again after a remedy where another one is to be tried. */
  arise(site: Site): Promise<void>;
  /** Notes what placeholders and checks ask for, once the alerts fire. */
  note?(site: Site): Promise<void>;
  /** Takes away what faults and remedies have left. All faults are cleared before. */
  end?(site: Site): Promise<void>;
}
