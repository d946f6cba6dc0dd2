// A consumer group of which one member reads one partition and the others stand by. It gives a reader of a single
// partition what groups have: committed offsets in Kafka, heartbeats, and somebody to take over.

import { AssignerProtocol, type PartitionAssigner } from "kafkajs";

const NAME = "dashstream-single-partition";
const VERSION = 0;

/** Gives `partition` of `topic` to the member whose id comes first, and nothing to the others. */
export function singlePartition(topic: string, partition: number): PartitionAssigner {
  return () => ({
    name: NAME,
    version: VERSION,
    async assign({ members }) {
      const [first] = members.map(({ memberId }) => memberId).sort();
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment: memberId === first ? { [topic]: [partition] } : {},
          userData: Buffer.alloc(0),
        }),
      }));
    },
    protocol({ topics }) {
      const metadata = { version: VERSION, topics, userData: Buffer.alloc(0) };
      return { name: NAME, metadata: AssignerProtocol.MemberMetadata.encode(metadata) };
    },
  });
}
