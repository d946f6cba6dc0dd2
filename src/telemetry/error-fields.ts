// Errors in log lines: code, message, stack and the chain of causes, none of which JSON shows by itself.

/** Causes deeper than this are cut; a chain that long is a cycle or tells nothing more. */
const MAX_DEPTH = 8;

/** A plain object that says what an error says. Other values come back as they are. */
export function loggableError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = "code" in error ? error.code : undefined;
  const nested = depth < MAX_DEPTH;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause !== undefined && nested ? { cause: loggableError(error.cause, depth + 1) } : {}),
    ...(error instanceof AggregateError && nested
      ? { errors: error.errors.map((one) => loggableError(one, depth + 1)) }
      : {}),
  };
}
