// All situations.

import type { Situation } from "../situation.ts";
import { slowClient, tenantOverLimit } from "./clients.ts";
import { lettersPileUp, topicsGone } from "./dead-letters.ts";
import { quiet } from "./quiet.ts";
import { backlog, haltedThread, pausedPartition } from "./reading.ts";
import { badRecords, troubledNumbers } from "./records.ts";
import { redisRefuses, redisSlow } from "./redis.ts";
import { brokerDown, damagedLog, everythingDown, serverDown } from "./services.ts";

/**
 * Each course may have a stack of its own; its situations follow each other. Dead letters of the first situation are read
 * in the second, and the topics that hold them are deleted later.
 */
export const COURSES: readonly (readonly Situation[])[] = [
  [badRecords, quiet, troubledNumbers, lettersPileUp, topicsGone],
  [
    ...[slowClient, tenantOverLimit, haltedThread, pausedPartition, backlog, redisRefuses, redisSlow],
    ...[brokerDown, serverDown, everythingDown, damagedLog],
  ],
];

export const SITUATIONS: readonly Situation[] = COURSES.flat();
