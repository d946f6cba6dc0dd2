// Numbers of things, as a person would say them.

/** `1 letter`, `2 letters`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
