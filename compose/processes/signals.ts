// Signals as people write them: with or without `SIG`, in any case, or as a number.

import { constants } from "node:os";

/** `null`: this machine has no such signal. */
export function readSignal(text: string): NodeJS.Signals | null {
  const name = text.toUpperCase().replace(/^(SIG)?/, "SIG");
  for (const [known, number] of Object.entries(constants.signals)) {
    if (known === name || String(number) === text) return known as NodeJS.Signals;
  }
  return null;
}
