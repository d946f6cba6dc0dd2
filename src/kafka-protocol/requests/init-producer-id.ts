// InitProducerId: the identity of an idempotent producer.

import { defineApi } from "../api.ts";
import { int16, int32, int64, nullableString, struct } from "../layout.ts";

export const initProducerId = defineApi({
  name: "InitProducerId",
  key: 22,
  versions: [0, 1],
  request: struct({ transactionalId: nullableString, transactionTimeoutMs: int32 }),
  response: struct({ throttleTimeMs: int32, errorCode: int16, producerId: int64, producerEpoch: int16 }),
});
