// What is asked of kcat alone: bytes of a file, as they are.

import { expect } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decompress } from "../../../../sim/broker/log/compression.ts";
import { walkBatches } from "../../../../src/kafka-protocol/record-batch.ts";
import { decodeRecords } from "../../../../src/kafka-protocol/records.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { produceFile } from "../../../support/kcat.ts";
import { fetch } from "../broker-rig.ts";
import { connectWire } from "../wire-client.ts";
import { type Behaviour, createTopic } from "./behaviours.ts";

export const KCAT_BEHAVIOURS: readonly Behaviour[] = [
  {
    title: "the bytes of a file arrive as one value, byte for byte",
    async run({ target, topic }) {
      await createTopic(target, topic, 2);
      const dir = mkdtempSync(join(tmpdir(), "dashstream-kcat-"));
      const file = join(dir, "value");
      const value = Buffer.concat([Buffer.from([0, 10, 13, 255]), seededRandom(3).bytes(5_000)]);
      writeFileSync(file, value);
      const wire = await connectWire(target.bootstrap);
      try {
        const { bootstrap } = target;
        await produceFile({ bootstrap, topic, key: "k", file, partition: 1, compression: "lz4" });
        const [partition] = await fetch(wire, topic, { from: { 1: 0 }, maxWaitMs: 5_000 });
        const buffer = partition?.records[0] ?? Buffer.alloc(0);
        const records = [...walkBatches(buffer)].flatMap((batch) => decodeRecords(buffer, batch, decompress));
        expect(records.map((record) => [String(record.key), record.value])).toEqual([["k", value]]);
      } finally {
        wire.close();
        rmSync(dir, { recursive: true });
      }
    },
  },
];
