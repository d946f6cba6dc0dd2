// Thresholds of the two usual forms.

import type { Step } from "./dashboard.ts";

/** More is worse: good up to `yellow`, bad from `red` on. */
export function worseFrom(yellow: number, red: number): readonly Step[] {
  return [
    { from: 0, color: "green" },
    { from: yellow, color: "yellow" },
    { from: red, color: "red" },
  ];
}

/** More is better: bad up to `yellow`, good from `green` on. */
export function betterFrom(yellow: number, green: number): readonly Step[] {
  return [
    { from: 0, color: "red" },
    { from: yellow, color: "yellow" },
    { from: green, color: "green" },
  ];
}
