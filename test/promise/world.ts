// A world in which a schedule happens: one site, its servers and clients, and the oracle that sees everything.

import type { Log } from "../../src/telemetry/log.ts";
import { LogicalClient } from "./client.ts";
import { Oracle } from "./oracle.ts";
import { type Produced, RecordMaker } from "./records.ts";
import type { Schedule, Setup, Step } from "./schedule.ts";
import { ServerUnderTest } from "./server-under-test.ts";
import type { Site } from "./site.ts";
import type { LogTruth } from "./truth.ts";

export interface WorldOptions {
  readonly site: Site;
  readonly setup: Setup;
  readonly lenient: boolean;
  readonly log?: Log | undefined;
  readonly onTrace?: ((line: string) => void) | undefined;
}

/** In the end everything is healed; after this time every client must be complete. */
const COMPLETE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** How long it is watched that nothing more comes. */
const AFTERWARDS_MS = 500;

export class World {
  readonly #options: WorldOptions;
  readonly #site: Site;
  readonly #setup: Setup;
  readonly #records: RecordMaker;
  readonly #servers = new Map<number, ServerUnderTest>();
  readonly #clients: readonly LogicalClient[];
  readonly #remains: Promise<void>[] = [];
  #kafkaIsUp = true;
  /**
   * Records were deleted, or all of them: a server that waits at the end of a log sees that only with the next record.
   */
  #logWasCut = false;
  /** Somebody may have gone while losses were not announced. */
  #lossUnsaid = new Set<ServerUnderTest>();
  readonly oracle: Oracle;

  constructor(options: WorldOptions) {
    const { site, setup, lenient } = options;
    this.#options = options;
    this.#site = site;
    this.#setup = setup;
    this.#records = new RecordMaker(() => site.clock.nowMs());
    const nowMs = () => site.clock.monotonicMs();
    this.oracle = new Oracle({ nowMs, lenient, ...setup });
    this.oracle.onTrace = options.onTrace ?? null;
    const { oracle } = this;
    const { fingerprints } = setup;
    this.#clients = setup.clients.map(
      (kind, index) => new LogicalClient({ name: `${kind}-${index}`, kind, site, oracle, fingerprints }),
    );
  }

  /** Lets the schedule happen, heals everything, and waits until every client is complete. */
  async live(schedule: Schedule): Promise<void> {
    await this.#site.createTopic(this.#setup.partitions);
    this.oracle.truth.beginEpoch(this.#setup.partitions);
    for (const step of schedule.steps) {
      this.oracle.trace(`${Math.round(this.#site.clock.monotonicMs())} ms: ${JSON.stringify(step)}`);
      await this.#apply(step);
      if (this.oracle.violation !== null) return;
    }
    this.oracle.trace(`${Math.round(this.#site.clock.monotonicMs())} ms: everything is healed`);
    await this.#complete();
    if (this.oracle.violation === null) await this.#checkCounts();
  }

  /** Ends everything, whatever happened. */
  async close(): Promise<void> {
    for (const client of this.#clients) {
      client.excuseClose();
      client.leave(false);
      client.leave(false);
    }
    for (const server of this.#servers.values()) await this.#site.outcome(server.stop());
    await this.#site.outcome(Promise.all(this.#remains));
    await this.#site.close();
  }

  async #apply(step: Step): Promise<void> {
    switch (step.do) {
      case "produce":
        return this.#produce(step);
      case "connect": {
        const server = this.#servers.get(step.server);
        if (server) this.#client(step.client)?.connect(server.wsUrl, step.from);
        return;
      }
      case "say":
        return this.#client(step.client)?.say(step.what);
      case "leave":
        return this.#leave(step);
      case "pause":
      case "read":
        return this.#client(step.client)?.read(step.do === "read");
      case "start":
        return this.#start(step.server);
      case "stop":
      case "crash":
        return this.#end(step.server, step.do === "crash");
      case "kafka":
        if (step.up !== this.#kafkaIsUp) await this.#site.kafka(step.up);
        this.#kafkaIsUp = step.up;
        return;
      case "redis":
        return this.#site.redis(step.what);
      case "trim":
        return this.#trim(step);
      case "recreate":
        return this.#recreate(step);
      case "grow":
        return this.#grow();
      case "pass":
        return this.#site.pass(step.ms);
      default:
        return step satisfies never;
    }
  }

  #client(index: number): LogicalClient | undefined {
    return this.#clients[index % this.#clients.length];
  }

  async #produce({ partition, count, kind, bytes }: Extract<Step, { do: "produce" }>): Promise<void> {
    const { truth } = this.oracle;
    const log = truth.current(partition);
    if (!this.#kafkaIsUp || !log) return;
    const isControl = kind === "control";
    const produced: Produced[] = [];
    for (let i = 0; i < (isControl ? 1 : count); i++)
      produced.push(this.#records.make(kind, partition, bytes));
    const records = produced.map(({ record }) => record);
    const entries = produced.map(({ entry }) => entry);
    await this.oracle.learn(async () => {
      const offset = await this.#site.append(partition, records, isControl);
      log.add(offset, entries);
    });
  }

  #leave({ client: index, cut }: Extract<Step, { do: "leave" }>): void {
    const client = this.#client(index);
    for (const server of this.#servers.values()) if (client?.isAt(server.wsUrl)) this.#lossUnsaid.add(server);
    client?.leave(cut);
  }

  async #start(index: number): Promise<void> {
    if (this.#servers.has(index)) return;
    const { log } = this.#options;
    const { truth } = this.oracle;
    const onNewLog = (it: ServerUnderTest, partition: number) => truth.seen(it, partition);
    const options = { site: this.#site, setup: this.#setup, index, log, onNewLog };
    this.#servers.set(index, await ServerUnderTest.start(options));
  }

  async #end(index: number, crash: boolean): Promise<void> {
    const server = this.#servers.get(index);
    if (!server) return;
    this.#servers.delete(index);
    for (const client of this.#clients) if (client.isAt(server.wsUrl)) client.excuseClose();
    if (crash) {
      this.#remains.push(server.crash());
      await this.#site.pass(0);
    } else await this.#site.outcome(server.stop());
    this.oracle.truth.seen(server);
    await this.#checkServer(server, false);
  }

  async #trim({ partition, keep }: Extract<Step, { do: "trim" }>): Promise<void> {
    const log = this.oracle.truth.current(partition);
    if (!this.#kafkaIsUp || !log) return;
    const offset = Math.max(log.start, log.end - keep);
    this.#logWasCut = true;
    // Before, because from now on a server may see it.
    log.start = offset;
    await this.#site.trim(partition, offset);
  }

  async #recreate({ partitions, awayMs, settled }: Extract<Step, { do: "recreate" }>): Promise<void> {
    if (!this.#kafkaIsUp) return;
    const { truth } = this.oracle;
    const old = Array.from({ length: truth.partitionCount }, (_, p) => truth.current(p));
    const followers = [...this.#servers.values()];
    const handled = new Map<ServerUnderTest, boolean>();
    for (const server of followers) {
      handled.set(server, settled && (await this.#handles(server, old)));
    }
    const unseen = old.map((log) => {
      const earlier = [...(log?.unseenBy.keys() ?? [])].map((server) => [server, 0] as const);
      // Who had handled all of nothing has nothing to confuse.
      const confused = followers.filter((server) => !(handled.get(server) && log?.end === 0));
      const now = confused.map((server) => [server, handled.get(server) ? (log?.end ?? 0) : 0] as const);
      return new Map<object, number>([...now, ...earlier]);
    });
    this.#logWasCut = true;
    truth.beginEpoch(partitions);
    for (const [p, servers] of unseen.entries()) {
      for (const [server, upTo] of servers) truth.current(p)?.unseenBy.set(server, upTo);
    }
    await this.#site.deleteTopic();
    await this.#site.pass(awayMs);
    await this.#site.createTopic(partitions);
  }

  /** Waits a while until the server handled all there is; false if it did not. */
  async #handles(server: ServerUnderTest, logs: readonly (LogTruth | undefined)[]): Promise<boolean> {
    const ends = new Map(logs.flatMap((log, p) => (log && log.end > 0 ? [[p, log.end] as const] : [])));
    let done = false;
    void server.handledUpTo(ends).then(() => {
      done = true;
    });
    for (let i = 0; i < 20 && !done; i++) await this.#site.pass(50);
    return done;
  }

  async #grow(): Promise<void> {
    const { truth } = this.oracle;
    if (!this.#kafkaIsUp) return;
    await this.#site.addPartition(truth.partitionCount + 1);
    truth.addPartitions(1);
  }

  /** Times that something new had to come before a server saw what became of the log. */
  nudges = 0;

  async #complete(): Promise<void> {
    await this.#apply({ do: "kafka", up: true });
    for (const what of ["prompt", "up"] as const) await this.#site.redis(what);
    for (let i = 0; i < this.#setup.servers; i++) await this.#start(i);
    let lacks = await this.#becomeComplete();
    if (lacks.length > 0 && this.#logWasCut) {
      this.oracle.trace(
        `${Math.round(this.#site.clock.monotonicMs())} ms: nudged, because ${lacks.join("; ")}`,
      );
      this.nudges++;
      // Partitions that were added are found when the client library looks for them, which may take minutes.
      for (let partition = 0; partition < this.#setup.partitions; partition++) {
        await this.#produce({ do: "produce", partition, count: 1, kind: "good", bytes: 100 });
      }
      lacks = await this.#becomeComplete();
    }
    if (lacks.length > 0) this.oracle.violated(`in the end ${lacks.join("; ")}`);
    await this.#site.pass(AFTERWARDS_MS);
  }

  /** Gives what is still missing when time is up. */
  async #becomeComplete(): Promise<readonly string[]> {
    const { clock } = this.#site;
    const untilMs = clock.monotonicMs() + COMPLETE_WITHIN_MS;
    for (;;) {
      this.#comeBack();
      await this.#site.pass(LOOK_EVERY_MS);
      if (this.oracle.violation !== null) return [];
      const lacks = this.#lacks();
      if (lacks.length === 0 || clock.monotonicMs() > untilMs) return lacks;
    }
  }

  /** Whoever was there once comes back and reads. */
  #comeBack(): void {
    for (const client of this.#clients) {
      client.read(true);
      const server = this.#servers.get(0);
      if (server && client.hasBeen && !client.present) client.connect(server.wsUrl, "cursor");
    }
  }

  #lacks(): readonly string[] {
    const away = this.#clients.filter((client) => client.hasBeen && !client.isConnected);
    return [...away.map(({ name }) => `${name} is not connected`), ...this.oracle.lacks()];
  }

  async #checkCounts(): Promise<void> {
    for (const server of this.#servers.values())
      await this.#checkServer(server, !this.#lossUnsaid.has(server));
  }

  async #checkServer(server: ServerUnderTest, exactly: boolean): Promise<void> {
    const miscount = await server.miscount(exactly && this.oracle.slowCount === 0);
    if (miscount !== null) this.oracle.violated(miscount);
  }
}
