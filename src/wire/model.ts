// Generated from proto/dashstream.proto by `bun proto/generate.ts`; do not edit.
//
// `X` is what decoding gives: scalars, lists and maps are always there (with the default of proto3 if they were
// not on the wire), messages only if they were, 64-bit integers are bigint. Of a oneof exactly the field that
// its discriminator names is there. `XInit` is what encoding takes: everything is optional.

/** A 64-bit integer for encoding: a bigint, a safe integer or decimal text. */
export type Int64Init = bigint | number | string;

export type DashStreamMessage =
  | { readonly message: "event"; readonly event: Event }
  | { readonly message: "stateDiff"; readonly stateDiff: StateDiff }
  | { readonly message: "tokenChunk"; readonly tokenChunk: TokenChunk }
  | { readonly message: "toolExecution"; readonly toolExecution: ToolExecution }
  | { readonly message: "checkpoint"; readonly checkpoint: Checkpoint }
  | { readonly message: "metrics"; readonly metrics: Metrics }
  | { readonly message: "error"; readonly error: ErrorMessage }
  | { readonly message: "eventBatch"; readonly eventBatch: EventBatch }
  | { readonly message: "executionTrace"; readonly executionTrace: ExecutionTrace }
  | { readonly message?: undefined };

export type DashStreamMessageInit =
  | { readonly message?: "event"; readonly event: EventInit }
  | { readonly message?: "stateDiff"; readonly stateDiff: StateDiffInit }
  | { readonly message?: "tokenChunk"; readonly tokenChunk: TokenChunkInit }
  | { readonly message?: "toolExecution"; readonly toolExecution: ToolExecutionInit }
  | { readonly message?: "checkpoint"; readonly checkpoint: CheckpointInit }
  | { readonly message?: "metrics"; readonly metrics: MetricsInit }
  | { readonly message?: "error"; readonly error: ErrorMessageInit }
  | { readonly message?: "eventBatch"; readonly eventBatch: EventBatchInit }
  | { readonly message?: "executionTrace"; readonly executionTrace: ExecutionTraceInit }
  | { readonly message?: undefined };

/** Field 1 of every variant of DashStreamMessage. */
export interface Header {
  /** 16 raw bytes of a random UUID (version 4). */
  readonly messageId: Uint8Array;
  /** Producer wall clock, microseconds since the Unix epoch; 0 or negative = unknown. */
  readonly timestampUs: bigint;
  /** "default" when not configured. */
  readonly tenantId: string;
  /** One graph run or session; also the Kafka key. Empty = unsequenced. */
  readonly threadId: string;
  /** Counter of the thread over all message types, first value 1, step 1. 0 = unsequenced. */
  readonly sequence: bigint;
  readonly type: number;
  /** message_id of a causal parent, or empty. */
  readonly parentId: Uint8Array;
  /** Copy of the framing choice, for information only. */
  readonly compression: number;
  /** 1 today; 0 counts as 1. */
  readonly schemaVersion: number;
}

export interface HeaderInit {
  /** 16 raw bytes of a random UUID (version 4). */
  readonly messageId?: Uint8Array | undefined;
  /** Producer wall clock, microseconds since the Unix epoch; 0 or negative = unknown. */
  readonly timestampUs?: Int64Init | undefined;
  /** "default" when not configured. */
  readonly tenantId?: string | undefined;
  /** One graph run or session; also the Kafka key. Empty = unsequenced. */
  readonly threadId?: string | undefined;
  /** Counter of the thread over all message types, first value 1, step 1. 0 = unsequenced. */
  readonly sequence?: Int64Init | undefined;
  readonly type?: number | undefined;
  /** message_id of a causal parent, or empty. */
  readonly parentId?: Uint8Array | undefined;
  /** Copy of the framing choice, for information only. */
  readonly compression?: number | undefined;
  /** 1 today; 0 counts as 1. */
  readonly schemaVersion?: number | undefined;
}

export const MessageType = {
  MESSAGE_TYPE_UNSPECIFIED: 0,
  MESSAGE_TYPE_EVENT: 1,
  MESSAGE_TYPE_STATE_DIFF: 2,
  MESSAGE_TYPE_TOKEN_CHUNK: 3,
  MESSAGE_TYPE_TOOL_EXECUTION: 4,
  MESSAGE_TYPE_CHECKPOINT: 5,
  MESSAGE_TYPE_METRICS: 6,
  MESSAGE_TYPE_ERROR: 7,
  MESSAGE_TYPE_EVENT_BATCH: 8,
  MESSAGE_TYPE_EXECUTION_TRACE: 9,
} as const;

/** LZ4 and Snappy are reserved names: no producer writes them and no decoder accepts them. */
export const CompressionType = {
  COMPRESSION_NONE: 0,
  COMPRESSION_ZSTD: 1,
  COMPRESSION_LZ4: 2,
  COMPRESSION_SNAPPY: 3,
} as const;

export interface Event {
  readonly header?: Header | undefined;
  readonly eventType: number;
  readonly nodeId: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** For end events; saturates at the largest int64. */
  readonly durationUs: bigint;
  readonly llmRequestId: string;
}

export interface EventInit {
  readonly header?: HeaderInit | undefined;
  readonly eventType?: number | undefined;
  readonly nodeId?: string | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValueInit>> | undefined;
  /** For end events; saturates at the largest int64. */
  readonly durationUs?: Int64Init | undefined;
  readonly llmRequestId?: string | undefined;
}

export const EventType = {
  EVENT_TYPE_UNSPECIFIED: 0,
  EVENT_TYPE_GRAPH_START: 1,
  EVENT_TYPE_GRAPH_END: 2,
  EVENT_TYPE_GRAPH_ERROR: 3,
  EVENT_TYPE_NODE_START: 10,
  EVENT_TYPE_NODE_END: 11,
  EVENT_TYPE_NODE_ERROR: 12,
  EVENT_TYPE_EDGE_TRAVERSAL: 20,
  EVENT_TYPE_CONDITIONAL_BRANCH: 21,
  EVENT_TYPE_PARALLEL_START: 22,
  EVENT_TYPE_PARALLEL_END: 23,
  EVENT_TYPE_LLM_START: 30,
  EVENT_TYPE_LLM_END: 31,
  EVENT_TYPE_LLM_ERROR: 32,
  EVENT_TYPE_LLM_RETRY: 33,
  EVENT_TYPE_TOOL_START: 40,
  EVENT_TYPE_TOOL_END: 41,
  EVENT_TYPE_TOOL_ERROR: 42,
  EVENT_TYPE_CHECKPOINT_SAVE: 50,
  EVENT_TYPE_CHECKPOINT_LOAD: 51,
  EVENT_TYPE_CHECKPOINT_DELETE: 52,
  EVENT_TYPE_MEMORY_SAVE: 60,
  EVENT_TYPE_MEMORY_LOAD: 61,
  EVENT_TYPE_HUMAN_INTERRUPT: 70,
  EVENT_TYPE_HUMAN_RESUME: 71,
  EVENT_TYPE_NODE_PROGRESS: 80,
  EVENT_TYPE_NODE_THINKING: 81,
  EVENT_TYPE_NODE_SUBSTEP: 82,
  EVENT_TYPE_NODE_WARNING: 83,
  EVENT_TYPE_OPTIMIZATION_START: 90,
  EVENT_TYPE_OPTIMIZATION_END: 91,
} as const;

export interface EventBatch {
  /** Sequence 0: only the inner events are numbered. */
  readonly header?: Header | undefined;
  readonly events: readonly Event[];
}

export interface EventBatchInit {
  /** Sequence 0: only the inner events are numbered. */
  readonly header?: HeaderInit | undefined;
  readonly events?: readonly EventInit[] | undefined;
}

export interface StateDiff {
  readonly header?: Header | undefined;
  /** 16 raw bytes; empty or all zero = no base. */
  readonly baseCheckpointId: Uint8Array;
  readonly operations: readonly DiffOperation[];
  /** SHA-256 of the canonical JSON of the state after this change; empty = not verified. */
  readonly stateHash: Uint8Array;
  /** UTF-8 JSON of the entire state; when present it replaces the operations. */
  readonly fullState: Uint8Array;
}

export interface StateDiffInit {
  readonly header?: HeaderInit | undefined;
  /** 16 raw bytes; empty or all zero = no base. */
  readonly baseCheckpointId?: Uint8Array | undefined;
  readonly operations?: readonly DiffOperationInit[] | undefined;
  /** SHA-256 of the canonical JSON of the state after this change; empty = not verified. */
  readonly stateHash?: Uint8Array | undefined;
  /** UTF-8 JSON of the entire state; when present it replaces the operations. */
  readonly fullState?: Uint8Array | undefined;
}

export const OpType = {
  OP_TYPE_ADD: 0,
  OP_TYPE_REMOVE: 1,
  OP_TYPE_REPLACE: 2,
  OP_TYPE_MOVE: 3,
  OP_TYPE_COPY: 4,
  OP_TYPE_TEST: 5,
} as const;

export const ValueEncoding = {
  VALUE_ENCODING_JSON: 0,
  VALUE_ENCODING_MSGPACK: 1,
  VALUE_ENCODING_PROTOBUF: 2,
  VALUE_ENCODING_RAW: 3,
} as const;

/** In the manner of RFC 6902. */
export interface DiffOperation {
  readonly op: number;
  readonly path: string;
  readonly value: Uint8Array;
  readonly from: string;
  readonly encoding: number;
}

export interface DiffOperationInit {
  readonly op?: number | undefined;
  readonly path?: string | undefined;
  readonly value?: Uint8Array | undefined;
  readonly from?: string | undefined;
  readonly encoding?: number | undefined;
}

export const FinishReason = {
  FINISH_REASON_NONE: 0,
  FINISH_REASON_STOP: 1,
  FINISH_REASON_LENGTH: 2,
  FINISH_REASON_CONTENT_FILTER: 3,
  FINISH_REASON_TOOL_CALLS: 4,
  FINISH_REASON_ERROR: 5,
} as const;

export interface TokenChunk {
  readonly header?: Header | undefined;
  readonly requestId: string;
  readonly text: string;
  readonly tokenIds: readonly number[];
  readonly logprobs: readonly number[];
  readonly chunkIndex: number;
  readonly isFinal: boolean;
  readonly finishReason: number;
  readonly model: string;
  readonly stats?: TokenStats | undefined;
}

export interface TokenChunkInit {
  readonly header?: HeaderInit | undefined;
  readonly requestId?: string | undefined;
  readonly text?: string | undefined;
  readonly tokenIds?: readonly number[] | undefined;
  readonly logprobs?: readonly number[] | undefined;
  readonly chunkIndex?: number | undefined;
  readonly isFinal?: boolean | undefined;
  readonly finishReason?: number | undefined;
  readonly model?: string | undefined;
  readonly stats?: TokenStatsInit | undefined;
}

export interface TokenStats {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
}

export interface TokenStatsInit {
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  readonly totalTokens?: number | undefined;
}

export const ExecutionStage = {
  EXECUTION_STAGE_UNSPECIFIED: 0,
  EXECUTION_STAGE_REQUESTED: 1,
  EXECUTION_STAGE_STARTED: 2,
  EXECUTION_STAGE_COMPLETED: 3,
  EXECUTION_STAGE_FAILED: 4,
  EXECUTION_STAGE_RETRYING: 5,
} as const;

export interface ToolExecution {
  readonly header?: Header | undefined;
  readonly callId: string;
  readonly toolName: string;
  readonly stage: number;
  /** JSON. */
  readonly arguments: Uint8Array;
  /** JSON. */
  readonly result: Uint8Array;
  readonly error: string;
  readonly errorDetails?: ErrorMessage | undefined;
  readonly durationUs: bigint;
  readonly retryCount: number;
}

export interface ToolExecutionInit {
  readonly header?: HeaderInit | undefined;
  readonly callId?: string | undefined;
  readonly toolName?: string | undefined;
  readonly stage?: number | undefined;
  /** JSON. */
  readonly arguments?: Uint8Array | undefined;
  /** JSON. */
  readonly result?: Uint8Array | undefined;
  readonly error?: string | undefined;
  readonly errorDetails?: ErrorMessageInit | undefined;
  readonly durationUs?: Int64Init | undefined;
  readonly retryCount?: number | undefined;
}

export interface Checkpoint {
  readonly header?: Header | undefined;
  readonly checkpointId: Uint8Array;
  /** JSON, compressed as compression_info says. */
  readonly state: Uint8Array;
  readonly stateType: string;
  /** SHA-256 of the uncompressed JSON. */
  readonly checksum: Uint8Array;
  readonly storageUri: string;
  /** Present only when state is compressed. */
  readonly compressionInfo?: CompressionInfo | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface CheckpointInit {
  readonly header?: HeaderInit | undefined;
  readonly checkpointId?: Uint8Array | undefined;
  /** JSON, compressed as compression_info says. */
  readonly state?: Uint8Array | undefined;
  readonly stateType?: string | undefined;
  /** SHA-256 of the uncompressed JSON. */
  readonly checksum?: Uint8Array | undefined;
  readonly storageUri?: string | undefined;
  /** Present only when state is compressed. */
  readonly compressionInfo?: CompressionInfoInit | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface CompressionInfo {
  readonly type: number;
  readonly compressedSize: bigint;
  readonly uncompressedSize: bigint;
  /** uncompressed_size / compressed_size. */
  readonly compressionRatio: number;
}

export interface CompressionInfoInit {
  readonly type?: number | undefined;
  readonly compressedSize?: Int64Init | undefined;
  readonly uncompressedSize?: Int64Init | undefined;
  /** uncompressed_size / compressed_size. */
  readonly compressionRatio?: number | undefined;
}

export interface Metrics {
  readonly header?: Header | undefined;
  /** "quality" is the only scope that the quality services process. */
  readonly scope: string;
  readonly scopeId: string;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MetricsInit {
  readonly header?: HeaderInit | undefined;
  /** "quality" is the only scope that the quality services process. */
  readonly scope?: string | undefined;
  readonly scopeId?: string | undefined;
  readonly metrics?: Readonly<Record<string, MetricValueInit>> | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export const MetricType = {
  METRIC_TYPE_UNSPECIFIED: 0,
  METRIC_TYPE_COUNTER: 1,
  METRIC_TYPE_GAUGE: 2,
  METRIC_TYPE_HISTOGRAM: 3,
  METRIC_TYPE_SUMMARY: 4,
} as const;

export type MetricValue = {
  readonly unit: string;
  readonly type: number;
} & (
  | { readonly value: "intValue"; readonly intValue: bigint }
  | { readonly value: "floatValue"; readonly floatValue: number }
  | { readonly value: "stringValue"; readonly stringValue: string }
  | { readonly value: "boolValue"; readonly boolValue: boolean }
  | { readonly value: "bytesValue"; readonly bytesValue: Uint8Array }
  | { readonly value?: undefined }
);

export type MetricValueInit = {
  readonly unit?: string | undefined;
  readonly type?: number | undefined;
} & (
  | { readonly value?: "intValue"; readonly intValue: Int64Init }
  | { readonly value?: "floatValue"; readonly floatValue: number }
  | { readonly value?: "stringValue"; readonly stringValue: string }
  | { readonly value?: "boolValue"; readonly boolValue: boolean }
  | { readonly value?: "bytesValue"; readonly bytesValue: Uint8Array }
  | { readonly value?: undefined }
);

export const Severity = {
  SEVERITY_UNSPECIFIED: 0,
  SEVERITY_DEBUG: 1,
  SEVERITY_INFO: 2,
  SEVERITY_WARNING: 3,
  SEVERITY_ERROR: 4,
  SEVERITY_FATAL: 5,
} as const;

export interface ErrorMessage {
  readonly header?: Header | undefined;
  readonly errorCode: string;
  readonly message: string;
  readonly stackTrace: string;
  readonly context: Readonly<Record<string, string>>;
  readonly severity: number;
  readonly exceptionType: string;
  readonly suggestions: readonly string[];
}

export interface ErrorMessageInit {
  readonly header?: HeaderInit | undefined;
  readonly errorCode?: string | undefined;
  readonly message?: string | undefined;
  readonly stackTrace?: string | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
  readonly severity?: number | undefined;
  readonly exceptionType?: string | undefined;
  readonly suggestions?: readonly string[] | undefined;
}

export type AttributeValue =
  | { readonly value: "stringValue"; readonly stringValue: string }
  | { readonly value: "intValue"; readonly intValue: bigint }
  | { readonly value: "floatValue"; readonly floatValue: number }
  | { readonly value: "boolValue"; readonly boolValue: boolean }
  | { readonly value: "bytesValue"; readonly bytesValue: Uint8Array }
  | { readonly value: "arrayValue"; readonly arrayValue: AttributeArray }
  | { readonly value: "mapValue"; readonly mapValue: AttributeMap }
  | { readonly value?: undefined };

export type AttributeValueInit =
  | { readonly value?: "stringValue"; readonly stringValue: string }
  | { readonly value?: "intValue"; readonly intValue: Int64Init }
  | { readonly value?: "floatValue"; readonly floatValue: number }
  | { readonly value?: "boolValue"; readonly boolValue: boolean }
  | { readonly value?: "bytesValue"; readonly bytesValue: Uint8Array }
  | { readonly value?: "arrayValue"; readonly arrayValue: AttributeArrayInit }
  | { readonly value?: "mapValue"; readonly mapValue: AttributeMapInit }
  | { readonly value?: undefined };

export interface AttributeArray {
  readonly values: readonly AttributeValue[];
}

export interface AttributeArrayInit {
  readonly values?: readonly AttributeValueInit[] | undefined;
}

export interface AttributeMap {
  readonly values: Readonly<Record<string, AttributeValue>>;
}

export interface AttributeMapInit {
  readonly values?: Readonly<Record<string, AttributeValueInit>> | undefined;
}

export const EmbeddingEncoding = {
  EMBEDDING_ENCODING_FLOAT32: 0,
  EMBEDDING_ENCODING_FLOAT16: 1,
  EMBEDDING_ENCODING_INT8: 2,
  EMBEDDING_ENCODING_BINARY: 3,
} as const;

export interface Embedding {
  readonly embeddingId: string;
  readonly model: string;
  readonly dimensions: number;
  readonly encoding: number;
  readonly data: Uint8Array;
}

export interface EmbeddingInit {
  readonly embeddingId?: string | undefined;
  readonly model?: string | undefined;
  readonly dimensions?: number | undefined;
  readonly encoding?: number | undefined;
  readonly data?: Uint8Array | undefined;
}

export interface MessageBatch {
  readonly messages: readonly DashStreamMessage[];
  readonly count: number;
}

export interface MessageBatchInit {
  readonly messages?: readonly DashStreamMessageInit[] | undefined;
  readonly count?: number | undefined;
}

export interface ExecutionTrace {
  /** Sequence 0. */
  readonly header?: Header | undefined;
  readonly threadId: string;
  readonly executionId: string;
  readonly nodesExecuted: readonly NodeExecutionRecord[];
  readonly totalDurationMs: bigint;
  readonly totalTokens: bigint;
  readonly errors: readonly ErrorRecord[];
  readonly completed: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  /** JSON. */
  readonly finalState: Uint8Array;
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

export interface ExecutionTraceInit {
  /** Sequence 0. */
  readonly header?: HeaderInit | undefined;
  readonly threadId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly nodesExecuted?: readonly NodeExecutionRecordInit[] | undefined;
  readonly totalDurationMs?: Int64Init | undefined;
  readonly totalTokens?: Int64Init | undefined;
  readonly errors?: readonly ErrorRecordInit[] | undefined;
  readonly completed?: boolean | undefined;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  /** JSON. */
  readonly finalState?: Uint8Array | undefined;
  readonly metadata?: Readonly<Record<string, Uint8Array>> | undefined;
}

export interface NodeExecutionRecord {
  readonly node: string;
  readonly durationMs: bigint;
  readonly promptTokens: bigint;
  readonly completionTokens: bigint;
  readonly totalTokens: bigint;
  readonly succeeded: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  /** JSON. */
  readonly input: Uint8Array;
  /** JSON. */
  readonly output: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface NodeExecutionRecordInit {
  readonly node?: string | undefined;
  readonly durationMs?: Int64Init | undefined;
  readonly promptTokens?: Int64Init | undefined;
  readonly completionTokens?: Int64Init | undefined;
  readonly totalTokens?: Int64Init | undefined;
  readonly succeeded?: boolean | undefined;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  /** JSON. */
  readonly input?: Uint8Array | undefined;
  /** JSON. */
  readonly output?: Uint8Array | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface ErrorRecord {
  readonly node: string;
  readonly message: string;
  readonly errorCode: string;
  readonly timestamp: string;
  readonly recovered: boolean;
  readonly stackTrace: string;
}

export interface ErrorRecordInit {
  readonly node?: string | undefined;
  readonly message?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly recovered?: boolean | undefined;
  readonly stackTrace?: string | undefined;
}

export const ControlType = {
  CONTROL_TYPE_START: 0,
  CONTROL_TYPE_PAUSE: 1,
  CONTROL_TYPE_RESUME: 2,
  CONTROL_TYPE_STOP: 3,
  CONTROL_TYPE_RESET: 4,
} as const;

export interface StreamControl {
  readonly type: number;
  readonly threadId: string;
}

export interface StreamControlInit {
  readonly type?: number | undefined;
  readonly threadId?: string | undefined;
}
