// Servers that each read everything and write for each other, in this process, against any Kafka.

import { connectStream, type Stream } from "../../../src/client/index.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import { type RunningAppliance, startAppliance } from "../../support/appliance.ts";
import { eventually } from "../../support/eventually.ts";

export interface ReplicaSetup {
  readonly brokers: string;
  readonly topic: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** A server of its own name; resolves once it is ready. */
export async function startReplica(name: string, { env, ...setup }: ReplicaSetup): Promise<RunningAppliance> {
  const replica = await startAppliance({
    ...setup,
    env: { KAFKA_GROUP_MODE: "per-replica", INSTANCE_ID: name, ...env },
  });
  await eventually(() => replica.appliance.ready);
  return replica;
}

export interface WriterView {
  readonly joined: boolean;
  readonly partitions: readonly number[];
}

export async function writerOf({ url }: RunningAppliance): Promise<WriterView> {
  return (await (await fetch(`${url}/health`)).json()).writer;
}

/** Resolves when each partition has one writer, and every one of `replicas` is in the group of all. */
export async function divided(replicas: readonly RunningAppliance[], partitionCount: number): Promise<void> {
  await eventually(async () => {
    const writers = await Promise.all(replicas.map(writerOf));
    const partitions = writers.flatMap((writer) => writer.partitions).sort((a, b) => a - b);
    const all = Array.from({ length: partitionCount }, (_, partition) => partition);
    return writers.every(({ joined }) => joined) && partitions.join() === all.join();
  });
}

export async function metricOf({ url }: RunningAppliance, series: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
  return Number(lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1));
}

/** A client that keeps count of what it got, and of what it was told is lost. */
export class CountingClient {
  /** How often each `partition:offset` came. */
  readonly received = new Map<string, number>();
  readonly gaps: unknown[] = [];
  /** Types of the other messages. */
  readonly controls: string[] = [];
  #stream: Stream | null = null;

  /** Goes on at another server where it was; the first time from the earliest record. */
  connect({ wsUrl }: Pick<RunningAppliance, "wsUrl">): void {
    const cursors = this.#stream?.cursors;
    this.#stream?.close();
    this.#stream = connectStream({
      url: wsUrl,
      ...(cursors === undefined ? { from: "earliest" } : { from: "cursor", cursors }),
      onRecord: ({ partition, offset }) => {
        const place = `${partition}:${offset}`;
        this.received.set(place, (this.received.get(place) ?? 0) + 1);
      },
      onGap: (gap) => this.gaps.push(gap),
      onControl: ({ type }) => this.controls.push(type),
    });
  }

  get places(): readonly string[] {
    return [...this.received.keys()].sort();
  }

  get twice(): readonly string[] {
    return [...this.received].flatMap(([place, count]) => (count > 1 ? [place] : []));
  }

  close(): void {
    this.#stream?.close();
  }
}
