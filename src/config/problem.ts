// What is wrong with a configuration, in words that name the setting, its value and what was expected.

/** Something wrong or doubtful about one setting. */
export interface Problem {
  /** The variable or flag. */
  readonly field: string;
  /** Completes a sentence that begins with the field; never contains a secret. */
  readonly message: string;
}

export interface Warning extends Problem {
  /** A setting without effect, which a strict check refuses; other warnings are advice. */
  readonly refusedIfStrict: boolean;
}

export function problemText({ field, message }: Problem): string {
  return `${field} ${message}`;
}
