// Plays the situations one after the other on one stack and runs the blocks of each: while its alerts fire, as remedies,
// and when they are gone. What cures is shown to: the alert lasts until it, and clears by it.

import { describeError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { type Block, blockAt, piecesOf, placeOf } from "./blocks.ts";
import { filled } from "./checks.ts";
import type { BlockEntry, Phase, PlacedEntry } from "./entry.ts";
import { type PieceResult, type RunOptions, runPieces } from "./run-pieces.ts";
import type { Site } from "./site.ts";
import type { Situation } from "./situation.ts";

/** What became of one piece in one phase. */
export interface Outcome {
  readonly edition: BlockEntry["edition"];
  readonly page: string;
  readonly section: string;
  readonly number: number;
  /** From 1 within the block. */
  readonly piece: number;
  readonly phase: Phase;
  readonly situation: string;
  /** `null`: as the table says. */
  readonly problem: string | null;
  readonly result: PieceResult;
  readonly seconds: number;
}

export interface PlayOptions {
  readonly site: Site;
  readonly blocks: readonly Block[];
  readonly table: readonly BlockEntry[];
  readonly shell: Omit<RunOptions, "timeoutMs">;
  readonly onOutcome: (outcome: Outcome) => void;
  /** Told of what goes wrong with a situation itself. */
  readonly onProblem: (situation: string, problem: string) => void;
  readonly say: (line: string) => void;
}

/** Until an alert fires or clears: windows and durations of minutes are seconds here, and the machine may be busy. */
const ALERT_LIMIT_MS = 60_000;
/** An alert that nothing keeps alive clears within its window of five seconds, and two evaluations. */
const LASTS_MS = 8_000;
/** Of one piece; a tool of Kafka takes seconds, and a consumer waits ten for further letters. */
const PIECE_LIMIT_MS = 60_000;
const PAUSE_MS = 100;

export async function playSituation(situation: Situation, options: PlayOptions): Promise<void> {
  const { site, say, onProblem } = options;
  const player = new Player(situation, options);
  const startedMs = systemClock.monotonicMs();
  say(`== ${situation.name}: ${situation.summary}`);
  try {
    for (const [service, env] of Object.entries(situation.env ?? {})) await site.stack.recreate(service, env);
    await player.play();
  } catch (error) {
    onProblem(situation.name, describeError(error));
  } finally {
    await player.end().catch((error: unknown) => onProblem(situation.name, describeError(error)));
    for (const service of Object.keys(situation.env ?? {})) await site.stack.recreate(service, {});
  }
  say(`-- ${situation.name}: ${((systemClock.monotonicMs() - startedMs) / 1000).toFixed(0)} s`);
}

interface Task {
  readonly entry: BlockEntry;
  readonly index: number;
  readonly piece: PlacedEntry;
  readonly text: string;
}

class Player {
  readonly #situation: Situation;
  readonly #options: PlayOptions;
  /** Alerts that a remedy has ended. */
  readonly #cured = new Set<string>();
  /** Since when all alerts fire that were waited for last. */
  #firingSinceMs = 0;
  /** The same command in the same phase is run once, unless it cures. */
  readonly #results = new Map<string, { readonly result: PieceResult; readonly seconds: number }>();

  constructor(situation: Situation, options: PlayOptions) {
    this.#situation = situation;
    this.#options = options;
  }

  async play(): Promise<void> {
    await this.#arise(this.#situation.alerts);
    await this.#run(
      this.#tasks(({ when }) => when === "firing"),
      "firing",
    );
    const remedies = this.#tasks(({ when }) => when === "remedy");
    await this.#remedy(remedies);
    await this.end();
    await this.#untilGone(this.#situation.alerts);
    const cured = this.#tasks(({ when, afterwards }) => when === "cured" || afterwards !== undefined);
    await this.#run(cured, "cured");
  }

  /** Safe to call twice. */
  async end(): Promise<void> {
    const { site } = this.#options;
    await site.mend();
    await this.#situation.end?.(site);
  }

  /** @param alerts those to wait for */
  async #arise(alerts: readonly string[]): Promise<void> {
    const { site } = this.#options;
    await site.mend();
    await this.#situation.arise(site);
    await this.#untilFiring(alerts);
    await this.#situation.note?.(site);
  }

  /** What cures finds its alerts firing, for longer than they do by themselves, and ends them. */
  async #remedy(tasks: readonly Task[]): Promise<void> {
    const { site } = this.#options;
    for (const task of tasks) {
      const { cures, before } = task.piece;
      if (cures === undefined) {
        await this.#run([task], "remedy");
        continue;
      }
      if (this.#cured.has(cures.join())) await this.#arise(cures);
      await this.#untilLasting(cures);
      await before?.(site);
      await this.#run([task], "remedy");
      await this.#untilGone(cures);
      this.#cured.add(cures.join());
    }
  }

  #tasks(isWanted: (piece: PlacedEntry) => boolean): readonly Task[] {
    const { table, blocks } = this.#options;
    return table.flatMap((entry) => {
      const block = blockAt(blocks, entry);
      const texts = block === undefined ? [] : piecesOf(block);
      return entry.pieces.flatMap((piece, index) => {
        const text = texts[index];
        const isHere = piece.in === this.#situation.name && isWanted(piece);
        return text !== undefined && isHere ? [{ entry, index, piece, text }] : [];
      });
    });
  }

  /** Pieces of one block that follow each other share their shell. */
  async #run(tasks: readonly Task[], phase: Phase): Promise<void> {
    const groups: Task[][] = [];
    for (const task of tasks) {
      const last = groups.at(-1);
      if (last?.[0]?.entry === task.entry) last.push(task);
      else groups.push([task]);
    }
    for (const group of groups) await this.#runBlock(group, phase);
  }

  async #runBlock(tasks: readonly Task[], phase: Phase): Promise<void> {
    const { site, shell, onOutcome } = this.#options;
    const shown = phase === "firing" ? tasks.flatMap(({ piece }) => piece.shows ?? []) : [];
    if (shown.length > 0) await this.#untilFiring(shown);
    const texts = tasks.map((task) => typed(task, site));
    const keyOf = (text: string | undefined) => `${phase} ${text?.replaceAll(/^#.*\n/gm, "")}`;
    const cures = tasks.some(({ piece }) => piece.cures !== undefined);
    const fresh = texts.filter((text) => cures || !this.#results.has(keyOf(text)));
    // A block of several pieces may set variables in one of them, so that it is run as a whole.
    const wanted = fresh.length === 0 ? [] : tasks.length === 1 ? fresh : texts;
    const startedMs = systemClock.monotonicMs();
    const results = await runPieces(wanted, { ...shell, timeoutMs: PIECE_LIMIT_MS * wanted.length });
    const seconds = (systemClock.monotonicMs() - startedMs) / 1000;
    for (const [index, result] of results.entries()) {
      this.#results.set(keyOf(wanted[index]), { result, seconds: index === 0 ? seconds : 0 });
    }
    for (const [index, { entry, piece, index: at }] of tasks.entries()) {
      const kept = this.#results.get(keyOf(texts[index]));
      if (kept === undefined) throw new Error(`nothing was run of ${placeOf(entry)}`);
      const check = phase === "cured" && piece.afterwards !== undefined ? piece.afterwards : piece.check;
      const problem = kept.result.isLate ? "it did not end in time" : check(kept.result, site.facts);
      const { edition, page, section, number } = entry;
      onOutcome({
        edition,
        page,
        section,
        number,
        piece: at + 1,
        phase,
        situation: piece.in,
        problem,
        ...kept,
      });
      if (fresh.includes(texts[index] ?? "")) this.#results.set(keyOf(texts[index]), { ...kept, seconds: 0 });
    }
  }

  async #untilFiring(alerts: readonly string[]): Promise<void> {
    await this.#until("fire", alerts, (alert, { firing }) => firing.has(alert));
    this.#firingSinceMs = systemClock.monotonicMs();
  }

  async #untilGone(alerts: readonly string[]): Promise<void> {
    await this.#until("clear", alerts, (alert, { active }) => !active.has(alert));
  }

  /** Without the remedy it stays. */
  async #untilLasting(alerts: readonly string[]): Promise<void> {
    const { site } = this.#options;
    const isThere = async () => {
      const now = await site.alerts();
      return now !== null && alerts.every((alert) => now.firing.has(alert));
    };
    // What was tried before may have taken the series away for a moment.
    if (!(await isThere())) await this.#untilFiring(alerts);
    while (systemClock.monotonicMs() - this.#firingSinceMs < LASTS_MS) await systemClock.sleep(PAUSE_MS);
    if (!(await isThere())) throw new Error(`one of ${alerts.join(", ")} cleared before the remedy`);
  }

  async #until(
    what: string,
    alerts: readonly string[],
    isSo: (alert: string, now: NonNullable<Awaited<ReturnType<Site["alerts"]>>>) => boolean,
  ): Promise<void> {
    const { site } = this.#options;
    const startedMs = systemClock.monotonicMs();
    let others = alerts;
    while (others.length > 0) {
      if (systemClock.monotonicMs() - startedMs > ALERT_LIMIT_MS) {
        throw new Error(`${others.join(", ")} did not ${what} within ${ALERT_LIMIT_MS / 1000} s`);
      }
      await systemClock.sleep(PAUSE_MS);
      const now = await site.alerts();
      // Prometheus itself may be restarting.
      if (now !== null) others = alerts.filter((alert) => !isSo(alert, now));
    }
  }
}

/** The text with what the test types differently. */
function typed({ piece, text, entry }: Task, site: Site): string {
  let result = text;
  for (const [from, to] of Object.entries(piece.altered?.parts ?? {})) {
    if (!result.includes(from)) throw new Error(`${placeOf(entry)} has no ${JSON.stringify(from)}`);
    result = result.replaceAll(from, filled(to, site.facts));
  }
  return result;
}
