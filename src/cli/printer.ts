// All that commands print. Results go to standard output, everything about the run to standard error, so that
// output can be piped; colours and the rewritten status line only where a person is looking.

import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import pc from "picocolors";
import type { Environment } from "../config/environment.ts";
import { systemCode } from "../errors.ts";
import { jsonValue } from "../wire/message-json.ts";

export type Colors = ReturnType<typeof pc.createColors>;

export interface Printer {
  /** Colours for standard output; functions that change nothing where there are none. */
  readonly colors: Colors;
  /** A line of the result. */
  line(text: string): void;
  /** A JSON object on one line of the result: bytes as base64, 64-bit integers as decimal text. */
  json(value: object): void;
  /** Text of the result that already ends with a line feed. */
  text(text: string): void;
  /** A line about the run. */
  note(text: string): void;
  /** What went wrong. */
  error(text: string): void;
  /** What is going on now: rewrites one line on a terminal, is a line of its own elsewhere. */
  status(text: string): void;
  /**
   * Like `status`, and elsewhere a line about the run, or nothing without one: for what only somebody who waits wants to
   * know.
   */
  progress(text: string, note?: string): void;
}

/** Where text goes. */
export interface Output {
  readonly isTerminal: boolean;
  readonly write: (text: string) => void;
}

const CLEAR_LINE = "\r\u001b[2K";
/** DECAWM: a status that is too long is cut off by the terminal, because one that wraps could not be cleared. */
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";

/** `NO_COLOR` (no-color.org) turns colours off, `FORCE_COLOR` on; otherwise a terminal has them. */
function wantsColors(env: Environment, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  return env.FORCE_COLOR ? true : isTerminal && env.TERM !== "dumb";
}

/** Decides about colours and the status line by what is behind the two outputs. */
export function createPrinter(stdout: Output, stderr: Output, env: Environment): Printer {
  const errorColors = pc.createColors(wantsColors(env, stderr.isTerminal));
  const rewrites = stdout.isTerminal && env.TERM !== "dumb";
  let statusShown = false;

  const withoutStatus = (write: () => void): void => {
    if (statusShown) stdout.write(CLEAR_LINE);
    statusShown = false;
    write();
  };
  const text = (content: string): void => withoutStatus(() => stdout.write(content));
  const rewriteStatus = (content: string): void => {
    withoutStatus(() => stdout.write(`${NO_WRAP}${content}${WRAP}`));
    statusShown = true;
  };
  const note = (content: string): void => withoutStatus(() => stderr.write(`${content}\n`));
  return {
    colors: pc.createColors(wantsColors(env, stdout.isTerminal)),
    text,
    line: (content) => text(`${content}\n`),
    json: (value) => text(`${JSON.stringify(value, jsonValue)}\n`),
    note,
    error: (content) => withoutStatus(() => stderr.write(`${errorColors.red("error:")} ${content}\n`)),
    status(content) {
      if (rewrites) rewriteStatus(content);
      else text(`${content}\n`);
    },
    progress(content, line) {
      if (rewrites) rewriteStatus(content);
      else if (line !== undefined) note(line);
    },
  };
}

/** A file descriptor of this process. Writes are complete when they return, whatever ends the process next. */
export function descriptorOutput(descriptor: number, onClosed: () => void): Output {
  return {
    isTerminal: isatty(descriptor),
    write(text) {
      let bytes = Buffer.from(text);
      while (bytes.length > 0) {
        const written = tryWrite(descriptor, bytes);
        if (written === "closed") return onClosed();
        if (written === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        bytes = bytes.subarray(written);
      }
    },
  };
}

/** Bytes written; 0 if a pipe is full, which blocks here only if its other end asked for that. */
function tryWrite(descriptor: number, bytes: Uint8Array): number | "closed" {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EAGAIN") return 0;
    if (code === "EPIPE") return "closed";
    throw error;
  }
}
