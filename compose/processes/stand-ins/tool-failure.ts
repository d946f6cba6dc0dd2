// How a stand-in ends where the real tool would fail: with the same words on standard error and the same exit code.

/** Not a mistake of this program, but what a tool has to say to whom typed a command that cannot work. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What the real tool could do and this one cannot. @param remedy who or what can here */
export function notHere(what: string, remedy = "a container engine"): ToolFailure {
  return new ToolFailure(`this stand-in does not know ${what}; ${remedy} does`, 125);
}
