import { describe, expect, test } from "bun:test";
import { type CursorStore, type StoredCursors, webStorageCursors } from "../../src/client/index.ts";
import { versionUrl } from "../../src/client/resume-namespace.ts";
import { valueChecksum } from "../../src/wire/fingerprint.ts";
import { eventually } from "../support/eventually.ts";
import { connectRig, part, V2 } from "./stream-rig.ts";

/** A store in memory, and each save. */
function memoryStore(initial: StoredCursors | null = null) {
  const saves: [string, StoredCursors][] = [];
  const store: CursorStore = {
    load: () => initial,
    save: (namespace, cursors) => void saves.push([namespace, cursors]),
  };
  return { store, saves };
}

const stored = (offsets: Record<string, string>, fingerprints: StoredCursors["fingerprints"] = {}) => ({
  offsets,
  fingerprints,
});
const crc = (byte: number) => valueChecksum(Uint8Array.of(byte));

/** A stream with a store, once it has dialled. */
async function storedRig(store: CursorStore, options: Parameters<typeof connectRig>[0] = {}) {
  const rig = connectRig({ store, namespace: "ns", ...options });
  await eventually(() => rig.sockets.made.length > 0 || rig.states.at(-1)?.kind !== "connecting");
  return rig;
}

describe("cursors in a store", () => {
  test("are where a stream begins, with their fingerprints, whatever it was told", async () => {
    const { store } = memoryStore(stored({ 0: "41", 1: "-1" }, { 0: { offset: "40", crc32c: "9ae0daaf" } }));
    const { sockets } = await storedRig(store, { from: "latest" });
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toMatchObject([
      {
        from: "cursor",
        lastOffsetsByPartition: { 0: "41", 1: "-1" },
        fingerprints: { 0: { offset: "40", crc32c: "9ae0daaf" } },
      },
    ]);
  });

  test("that are not there yet leave the stream to begin as it was told", async () => {
    const { sockets } = await storedRig(memoryStore().store, { from: "earliest" });
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toMatchObject([{ from: "earliest", lastOffsetsByPartition: {} }]);
  });

  test("are saved at most once a second, and at the end", async () => {
    const { store, saves } = memoryStore();
    const { sockets, clock, stream } = await storedRig(store);
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1]));
    sockets.latest().frame(part(0, [2], 5));
    expect(saves).toEqual([]);
    clock.advance(999);
    expect(saves).toEqual([]);
    clock.advance(1);
    await eventually(() => saves.length === 1);
    expect(saves).toEqual([["ns", stored({ 0: "5" }, { 0: { offset: "2", crc32c: crc(2) } })]]);
    clock.advance(5000);
    sockets.latest().frame(part(1, [7]));
    stream.close();
    await stream.closed;
    expect(saves.slice(1)).toEqual([
      [
        "ns",
        stored(
          { 0: "5", 1: "7" },
          { 0: { offset: "2", crc32c: crc(2) }, 1: { offset: "7", crc32c: crc(7) } },
        ),
      ],
    ]);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("have the record whose callback closed the stream", async () => {
    const { store, saves } = memoryStore();
    const rig = await storedRig(store, { onRecord: () => rig.stream.close() });
    rig.sockets.latest().open(V2);
    rig.sockets.latest().text({ type: "progress", lastOffsetsByPartition: { 0: "3" } });
    rig.sockets.latest().frame(part(0, [4, 5]));
    await rig.stream.closed;
    expect(saves).toEqual([["ns", stored({ 0: "4" })]]);
  });

  test("follow a loop, not what waits for it", async () => {
    const { store, saves } = memoryStore();
    const { sockets, stream } = await storedRig(store, { onRecord: undefined });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1, 2, 3]));
    for await (const record of stream) if (record.offset === 3) break;
    await stream.closed;
    expect(saves).toEqual([["ns", stored({ 0: "2" })]]);
  });

  test("are saved one after the other, however slow the store is", async () => {
    const gates: PromiseWithResolvers<void>[] = [];
    const begun: StoredCursors[] = [];
    const store: CursorStore = {
      load: () => null,
      save(_, cursors) {
        begun.push(cursors);
        gates.push(Promise.withResolvers());
        return gates.at(-1)?.promise;
      },
    };
    const { sockets, clock, stream } = await storedRig(store);
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1]));
    clock.advance(1000);
    await eventually(() => begun.length === 1);
    sockets.latest().frame(part(0, [2]));
    clock.advance(1000);
    stream.close();
    // Whatever a save needs to begin, it has by then.
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(begun).toHaveLength(1);
    gates[0]?.resolve();
    await eventually(() => begun.length === 2);
    expect(begun[1]?.offsets).toEqual({ 0: "2" });
    gates[1]?.resolve();
    expect(await stream.closed).toBeNull();
  });
});

describe("a store that fails", () => {
  const failing: CursorStore = {
    load: () => Promise.reject(new Error("no such disk")),
    save: () => {
      throw new Error("disk full");
    },
  };

  test("is told of, and the stream goes on", async () => {
    const errors: string[] = [];
    const { sockets, stream, records } = await storedRig(failing, {
      onStoreError: ({ code, message }) => errors.push(`${code}: ${message}`),
    });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1]));
    stream.close();
    expect(await stream.closed).toBeNull();
    expect(records).toEqual(["0:1=1"]);
    expect(errors).toEqual([
      "storage_failed: the cursors of ns could not be loaded: no such disk",
      "storage_failed: the cursors of ns could not be saved: disk full",
    ]);
  });

  test("ends the stream where nobody is told", async () => {
    const { stream } = await storedRig(failing);
    expect((await stream.closed)?.code).toBe("storage_failed");
    const saving = await storedRig({ ...failing, load: () => null });
    saving.sockets.latest().open(V2);
    saving.sockets.latest().frame(part(0, [1]));
    saving.stream.close();
    expect((await saving.stream.closed)?.message).toContain("could not be saved: disk full");
  });

  test.each([
    [{}, "stored cursors is {}, expected an object with offsets and fingerprints"],
    [{ offsets: { 0: "x" }, fingerprints: {} }, 'stored cursors.offsets.0 is "x"'],
    [{ offsets: {}, fingerprints: { 0: 1 } }, "stored cursors.fingerprints.0 is 1"],
  ])("or has something else is told of: %p", async (wrong, message) => {
    const errors: string[] = [];
    await storedRig(memoryStore(wrong as StoredCursors).store, {
      onStoreError: (error) => errors.push(error.message),
    });
    expect(errors).toEqual([expect.stringContaining(message)]);
  });
});

describe("the name of a stream in the store", () => {
  test.each([
    ["ws://host:3002/ws", "http://host:3002/version"],
    ["wss://host/behind/proxy/ws?a=b", "https://host/behind/proxy/version"],
    ["ws://host", "http://host/version"],
  ])("of %s is asked from %s", (url, version) => {
    expect(versionUrl(url)).toBe(version);
  });

  test("is the server's resume_namespace", async () => {
    const { store, saves } = memoryStore();
    const asked: string[] = [];
    const answer = async (url: string | URL | Request) => {
      asked.push(String(url));
      return Response.json({ resume_namespace: "cluster/topic/group" });
    };
    const { namespace: _, ...options } = {
      namespace: undefined,
      fetch: Object.assign(answer, { preconnect() {} }),
    };
    const rig = connectRig({ store, ...options });
    await eventually(() => rig.sockets.made.length > 0);
    rig.sockets.latest().open(V2);
    rig.sockets.latest().frame(part(0, [1]));
    rig.stream.close();
    await rig.stream.closed;
    expect(asked).toEqual(["http://server/version"]);
    expect(saves.map(([namespace]) => namespace)).toEqual(["cluster/topic/group"]);
  });

  test("that cannot be had is a failure like any other: asked again later, and in the end given up", async () => {
    const answers = [
      () => Promise.reject(new Error("connection refused")),
      async () => new Response("no", { status: 502 }),
      async () => Response.json({}),
    ];
    const fetch = Object.assign(async () => (answers.shift() ?? answers[0])?.() as Promise<Response>, {
      preconnect() {},
    });
    const { clock, states, stream, sockets } = connectRig({
      store: memoryStore().store,
      fetch,
      maxFailures: 3,
    });
    const waits = () => states.flatMap((state) => (state.kind === "waiting" ? [state.reason] : []));
    await eventually(() => waits().length === 1);
    clock.advance(1000);
    await eventually(() => waits().length === 2);
    clock.advance(2000);
    const error = await stream.closed;
    expect(waits()[0]).toBe("http://server/version: the server cannot be reached");
    expect(error?.message).toContain(
      "resume_namespace is missing, expected a text (after 3 failed attempts)",
    );
    expect(sockets.made).toEqual([]);
  });
});

test("a page keeps cursors in its local storage", () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
  const cursors = stored({ 0: "7" }, { 0: { offset: "7", crc32c: "00000000" } });
  const store = webStorageCursors(storage);
  expect(store.load("ns")).toBeNull();
  void store.save("ns", cursors);
  expect([...items.keys()]).toEqual(["dashstream.cursors.ns"]);
  expect(store.load("ns")).toEqual(cursors);
  expect(webStorageCursors(storage, "tab-2.").load("ns")).toBeNull();
});
