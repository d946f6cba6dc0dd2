// The oracle: the truth about the topic, one judge a connection, and the reasons for which a server may say that
// records are missing. The first violation is what a schedule fails with.

import { type ClientMemory, ConnectionJudge } from "./connection.ts";
import type { Said } from "./frames.ts";
import { showOffsets } from "./place.ts";
import { type LogTruth, TopicTruth } from "./truth.ts";

export interface OracleOptions {
  readonly nowMs: () => number;
  /** What the memory ring does not have any more may be named as missing. */
  readonly lenient: boolean;
  readonly slowThreshold: number;
  readonly maxLag: number;
  readonly replayMax: number;
}

/** A gap as it was judged: which deliverable records it names, and in which words. */
export interface NamedLoss {
  readonly partition: number;
  readonly log: LogTruth;
  readonly lost: readonly number[];
  readonly message: string;
  readonly late: boolean;
}

export class Oracle {
  readonly truth = new TopicTruth();
  readonly #options: OracleOptions;
  readonly #log: string[] = [];
  readonly #open = new Set<ConnectionJudge>();
  #violation: string | null = null;
  #clientNumber = 0;
  /** Times that a log changed under a client and no server could have known. */
  undetectable = 0;
  /** Records that clients got. */
  deliveredCount = 0;
  /** Clients whose connection was ended for being too slow. */
  slowCount = 0;
  namedCount = 0;
  onTrace: ((line: string) => void) | null = null;
  #learning: Promise<void> | null = null;

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  /** A replay may end before all is sent. */
  get capsReplays(): boolean {
    return this.#options.replayMax > 0;
  }

  get strict(): boolean {
    return !this.#options.lenient;
  }

  /** Resolves when it knows the truth again; `null` = now. */
  get learning(): Promise<void> | null {
    return this.#learning;
  }

  /**
   * Changes the topic and then the truth by `change`. A record may come to clients before Kafka's answer comes to its
   * producer, so that nothing is judged meanwhile.
   */
  async learn(change: () => Promise<void>): Promise<void> {
    const learned = Promise.withResolvers<void>();
    this.#learning = learned.promise;
    try {
      await change();
    } finally {
      this.#learning = null;
      learned.resolve();
    }
  }

  get violation(): string | null {
    return this.#violation;
  }

  /** What was said last, for people. */
  get lastLines(): readonly string[] {
    return this.#log.slice(-40);
  }

  violated(what: string): void {
    this.trace(`VIOLATION ${what}`);
    this.#violation ??= what;
  }

  connection(client: string, memory: ClientMemory): ConnectionJudge {
    const judge = new ConnectionJudge(`${client}#${++this.#clientNumber}`, this, memory);
    this.#open.add(judge);
    return judge;
  }

  note(connection: string, said: Said): void {
    if (said.type === "cursor" || said.type === "other") return;
    this.trace(`${connection} is told ${describe(said)}`);
  }

  trace(line: string): void {
    if (this.#log.length > 400) this.#log.splice(0, 200);
    this.#log.push(line);
    this.onTrace?.(line);
  }

  delivered(connection: string, epoch: number, partition: number, offset: number): void {
    this.deliveredCount++;
    this.onTrace?.(`${connection} gets ${partition}:${offset}${epoch > 0 ? ` of log ${epoch}` : ""}`);
  }

  /** Whether there was a reason to name these as missing. */
  checkReason(connection: string, { partition, log, lost, message, late }: NamedLoss): void {
    this.namedCount += lost.length;
    if (this.#options.lenient || late) return;
    const kept = lost.filter((offset) => offset >= log.start);
    if (kept.length === 0) return;
    const { replayMax, maxLag } = this.#options;
    if (replayMax > 0 && message.includes("left out")) return;
    if (message.includes("too slow") && log.deliverable(kept[0] ?? 0, log.end).length >= 1 && maxLag < 1_000)
      return;
    this.violated(
      `${connection}: partition ${partition}: ${showOffsets(kept)} were named as missing ("${message}"), but the log begins at ${log.start}`,
    );
  }

  checkSlowDisconnect(connection: string, said: number, named: number): void {
    const { slowThreshold } = this.#options;
    this.slowCount++;
    if (slowThreshold > 0 && named >= slowThreshold && said >= slowThreshold) return;
    this.violated(
      `${connection}: sent away for losing ${said} records, of ${named} that were named (limit ${slowThreshold})`,
    );
  }

  checkError(connection: string, code: string): void {
    if (code === "REPLAY_TIMEOUT") return;
    this.violated(`${connection}: refused with ${code}`);
  }

  checkClose(
    connection: string,
    code: number,
    told: { readonly toldToGo: boolean; readonly toldError: string | null },
  ): void {
    if (code === 4008 || (code === 1008 && told.toldError !== null)) return;
    this.violated(`${connection}: ended with ${code} and no reason`);
  }

  /** What open and reading connections still lack; empty when all are complete. */
  lacks(): readonly string[] {
    const lacks: string[] = [];
    for (const judge of this.#open) {
      if (judge.closed) {
        this.#open.delete(judge);
        continue;
      }
      if (!judge.open) continue;
      if (!judge.established) lacks.push(`${judge.name}: its resume was not answered`);
      for (let p = 0; p < this.truth.partitionCount; p++) {
        const lack = judge.lack(p);
        if (lack !== null) lacks.push(`${judge.name}: ${lack}`);
      }
    }
    return lacks;
  }
}

function describe(said: Said): string {
  return JSON.stringify(said, (_, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
}
