// Looks whether somebody else reads in the group that belongs to this server alone. That is another server with the same
// INSTANCE_ID: the two share the partitions, and the clients of each miss what the other has.

import { describeError } from "../../errors.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import { memberNames } from "../../stream/group-members.ts";
import type { KafkaAdmin } from "../../stream/kafka-admin.ts";
import type { Log } from "../../telemetry/log.ts";

export interface SoleMemberOptions {
  readonly groupId: string;
  readonly admin: Pick<KafkaAdmin, "describeGroup">;
  readonly clock: Clock;
  readonly log: Log;
}

const INTERVAL_MS = 10_000;

export class SoleMember {
  readonly #options: SoleMemberOptions;
  #timer: Timer | null = null;
  #problem: string | null = null;

  constructor(options: SoleMemberOptions) {
    this.#options = options;
  }

  /** What is wrong, for people; `null` if nothing is known to be. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Looks from time to time, until `stop`. */
  start(): void {
    this.#timer ??= this.#options.clock.every(INTERVAL_MS, () => void this.check());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Looks now; never rejects. What Kafka does not say leaves things as they were. */
  async check(): Promise<void> {
    const { admin, groupId, log } = this.#options;
    try {
      const { state, members } = await admin.describeGroup(groupId);
      // Before that, a member that was killed may still be listed beside its successor.
      if (state !== "Stable") return;
      const others = `is read by ${members.length} members: ${memberNames(members)}`;
      const problem =
        members.length > 1
          ? `consumer group ${groupId} ${others}; each server needs its own INSTANCE_ID`
          : null;
      if (problem !== null && this.#problem === null) log.error(problem, { group: groupId });
      if (problem === null && this.#problem !== null) {
        log.info("this server is the only one in its consumer group again", { group: groupId });
      }
      this.#problem = problem;
    } catch (error) {
      log.debug("cannot look who is in the consumer group", { error: describeError(error) });
    }
  }
}
