// The change from one state to the next as a consumer gets it: an RFC 6902 patch, or the whole state where the
// patch would be the larger of the two.

import jsonPatch, { type Operation } from "fast-json-patch";
import { type DiffOperationInit, OpType, type StateDiffInit } from "../../src/wire/model.ts";
import { stateHash } from "../../src/wire/state-hash.ts";

const OP_TYPES: Readonly<Record<string, number>> = {
  add: OpType.OP_TYPE_ADD,
  remove: OpType.OP_TYPE_REMOVE,
  replace: OpType.OP_TYPE_REPLACE,
};

/**
 * The difference between two states that are plain JSON. The whole state is sent if the patch, as JSON, takes
 * more than 110 % of its bytes; the hash is that of `after` in both cases.
 * @param baseCheckpointId id of the last checkpoint of the thread, or empty
 */
export function stateDiff(before: object, after: object, baseCheckpointId: Uint8Array): StateDiffInit {
  const patch = jsonPatch.compare(before, after);
  const fullState = Buffer.from(JSON.stringify(after));
  const patchBytes = Buffer.byteLength(JSON.stringify(patch));
  const change =
    patchBytes > Math.floor((fullState.length * 11) / 10)
      ? { fullState }
      : { operations: patch.map(operation) };
  return { baseCheckpointId, ...change, stateHash: stateHash(after) };
}

/** Values travel as UTF-8 JSON, which is value encoding 0. */
function operation(op: Operation): DiffOperationInit {
  const value = "value" in op ? Buffer.from(JSON.stringify(op.value)) : undefined;
  return { op: OP_TYPES[op.op], path: op.path, value };
}
