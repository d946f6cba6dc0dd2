// A stream of the client library on fake sockets and a clock that stands still, with what it told.

import {
  connectStream,
  type FilterChange,
  type Stream,
  type StreamEpoch,
  type StreamGap,
  type StreamOptions,
  type StreamState,
} from "../../src/client/index.ts";
import type { FrameRecord, PartitionRecords } from "../../src/wire/record-frame.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { fakeWebSockets } from "./fake-web-socket.ts";

export const V2 = "dashstream.v2";

export interface StreamRig {
  readonly stream: Stream;
  readonly clock: ManualClock;
  readonly sockets: ReturnType<typeof fakeWebSockets>;
  /** `partition:offset=bytes` of what `onRecord` got. */
  readonly records: string[];
  readonly duplicates: string[];
  readonly states: StreamState[];
  readonly gaps: StreamGap[];
  readonly epochs: StreamEpoch[];
  readonly filters: FilterChange[];
}

/** For a loop, give `onRecord: undefined`. */
export function connectRig(
  options: Omit<Partial<StreamOptions>, "onRecord"> & {
    readonly onRecord?: StreamOptions["onRecord"] | undefined;
  } = {},
): StreamRig {
  const clock = manualClock();
  const sockets = fakeWebSockets();
  const rig = {
    records: [] as string[],
    duplicates: [] as string[],
    states: [] as StreamState[],
    gaps: [] as StreamGap[],
    epochs: [] as StreamEpoch[],
    filters: [] as FilterChange[],
  };
  const { onRecord, ...others } = options;
  const listener =
    "onRecord" in options
      ? onRecord && { onRecord }
      : {
          onRecord: (record: FrameRecord & { partition: number }) =>
            void rig.records.push(recordText(record)),
        };
  const stream = connectStream({
    url: "ws://server/ws",
    from: "latest",
    WebSocket: sockets.WebSocket,
    clock,
    random: { next: () => 1 },
    onDuplicate: ({ partition, offset }) => rig.duplicates.push(`${partition}:${offset}`),
    onState: (state) => rig.states.push(state),
    onGap: (gap) => rig.gaps.push(gap),
    onEpoch: (epoch) => rig.epochs.push(epoch),
    onFilter: (change) => rig.filters.push(change),
    ...listener,
    ...others,
  });
  return { stream, clock, sockets, ...rig };
}

export function recordText({
  partition,
  offset,
  value,
}: FrameRecord & { readonly partition: number }): string {
  return `${partition}:${offset}=${[...value]}`;
}

/** Values of one byte, the offset, at these offsets. */
export function part(
  partition: number,
  offsets: readonly number[],
  lastOffset = offsets.at(-1) ?? 0,
): PartitionRecords {
  const records = offsets.map((offset) => ({ offset, value: Uint8Array.of(offset & 0xff) }));
  return { partition, records, lastOffset };
}
