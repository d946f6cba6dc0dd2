// The table of all blocks of the runbook, ours and printed.

import type { BlockEntry } from "../entry.ts";
import { BAD_RECORDS } from "./bad-records.ts";
import { CLIENTS } from "./clients.ts";
import { DEAD_LETTERS } from "./dead-letters.ts";
import { NUMBERS } from "./numbers.ts";
import { QUIET } from "./quiet.ts";
import { READING } from "./reading.ts";
import { REDIS } from "./redis.ts";
import { SERVICES } from "./services.ts";

/** In the order in which blocks of one situation are run. */
export const TABLE: readonly BlockEntry[] = [
  ...BAD_RECORDS,
  ...SERVICES,
  ...QUIET,
  ...NUMBERS,
  ...DEAD_LETTERS,
  ...CLIENTS,
  ...READING,
  ...REDIS,
];
