// Clients of the live site that do what panels about clients and replays count.

import { need } from "../../../sim/faults/stage.ts";
import { createSmallTraffic } from "../../../sim/traffic/small.ts";
import { connectStream, type Stream } from "../../../src/client/index.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { TOPIC } from "../../quality/service-rig.ts";
import type { LiveSite } from "./live-site.ts";

/** More than memory holds (`REPLAY_BUFFER_MEMORY_SIZE` of the site), less than Redis does. */
const BEHIND_MEMORY = 600;
const TRIMMED = 100;
/** Together with what the network takes, more than a client may be behind. */
const BURST_COUNT = 4_000;

/** Follows the stream until it is closed. */
export function follow(
  { server }: LiveSite,
  from: "earliest" | "latest" | "cursor",
  cursors: ReadonlyMap<number, number> = new Map(),
): Stream {
  return connectStream({ url: server.wsUrl, from, cursors, onRecord: () => {} });
}

/** Clients that ask for what lies further back than memory, several for the same. */
export function replayAll(site: LiveSite): readonly Stream[] {
  const recent = new Map(
    site.broker.endOffsets(TOPIC).map((end, partition) => [partition, end - BEHIND_MEMORY]),
  );
  return [follow(site, "earliest"), follow(site, "earliest"), follow(site, "cursor", recent)];
}

/** Records that a client asks for are gone from the log. */
export function replayWhatIsGone(site: LiveSite): readonly Stream[] {
  const start = site.broker.startOffsets(TOPIC)[0] ?? 0;
  site.broker.trim(TOPIC, 0, start + TRIMMED);
  return [follow(site, "cursor", new Map([[0, start]])), ...replayAll(site)];
}

/** A page of another site that opens a connection. */
export async function refusedHandshake({ server }: LiveSite): Promise<void> {
  const headers = {
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    origin: "http://elsewhere.example",
  };
  await fetch(`${server.url}/ws`, { headers });
}

/** Many records at once, of threads that go on with the next call. */
export function bursts({ stage }: LiveSite): () => Promise<void> {
  const source = createSmallTraffic({ clock: systemClock, random: seededRandom(3), tenants: ["burst"] });
  return () => need(stage, "traffic").burst(source, BURST_COUNT);
}

export async function limitTenant({ server }: LiveSite, tenant: string, perSecond: number): Promise<void> {
  const body = JSON.stringify({ messages_per_second: perSecond, burst_capacity: perSecond });
  const { status } = await fetch(`${server.url}/admin/limits/${tenant}`, { method: "PUT", body });
  if (status !== 200) throw new Error(`the limit was refused with ${status}`);
}
