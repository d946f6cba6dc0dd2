// The closed set of error codes. Every error this project raises on purpose is a `DashstreamError` with one
// of these codes; callers tell errors apart by `code`, never by class name or message text.

/**
 * Stable error codes.
 *
 * - `usage`: wrong command line (the process exits 2)
 * - `config_invalid`: an option, environment variable or configuration file has a bad value (exits 2)
 * - `port_in_use`, `listen_failed`: a server socket could not be opened
 * - `server_unreachable`: a dashstream server did not answer, or kept ending the connection
 * - `server_refused`: a dashstream server answered that it will not do what it was asked to
 * - `kafka_unreachable`, `kafka_request_failed`, `kafka_topic_missing`: the Kafka side failed
 * - `dlq_send_failed`: a dead letter could not be written
 * - `kafka_send_failed`: a message was not acknowledged after its last attempt
 * - `message_too_large`, `rate_limited`, `queue_full`: a message was refused before it was sent
 * - `redis_unreachable`: a connection to Redis could not be made, or was lost
 * - `promql_invalid`: an expression of PromQL cannot be parsed, or cannot be evaluated
 * - `promql_unsupported`: an expression of PromQL needs what this evaluator hasn't: native histograms, or what Prometheus
 *   has behind feature flags
 * - `rules_invalid`: a file of alerting or recording rules is not valid (exits 2)
 * - `exposition_invalid`: a text of metrics breaks the format of expositions
 * - `scenario_invalid`: a scenario names unknown faults or alerts, or its times are impossible (exits 2)
 * - `message_invalid`: a message given for encoding has a value that its field cannot hold
 * - `protocol_error`: a peer broke the Kafka or WebSocket protocol
 * - `aborted`: the operation was cancelled by its signal
 * - `storage_failed`: a file could not be read or written
 * - `invariant`: a defect in this program
 */
export type ErrorCode =
  | "usage"
  | "config_invalid"
  | "port_in_use"
  | "listen_failed"
  | "server_unreachable"
  | "server_refused"
  | "kafka_unreachable"
  | "kafka_request_failed"
  | "kafka_topic_missing"
  | "dlq_send_failed"
  | "kafka_send_failed"
  | "message_too_large"
  | "rate_limited"
  | "queue_full"
  | "redis_unreachable"
  | "promql_invalid"
  | "promql_unsupported"
  | "rules_invalid"
  | "exposition_invalid"
  | "scenario_invalid"
  | "message_invalid"
  | "protocol_error"
  | "aborted"
  | "storage_failed"
  | "invariant";

/** An error with a stable `code`. `cause` keeps the error that led to it. */
export class DashstreamError extends Error {
  override readonly name = "DashstreamError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Whether this program raised it about what it was given; everything else, `invariant` too, is a defect. */
export function isExpected(error: unknown): error is DashstreamError {
  return error instanceof DashstreamError && error.code !== "invariant";
}

/** The message of anything that was thrown, with the messages of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message || error.name;
  const cause = error.cause === undefined ? "" : describeError(error.cause);
  // Some libraries repeat the cause's words in their own message.
  return cause === "" || message.includes(cause) ? message : `${message}: ${cause}`;
}

/** The code of an error of the system or the runtime, for example `ENOENT`; `null` for any other value. */
export function systemCode(error: unknown): string | null {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : null;
}
