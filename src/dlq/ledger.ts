// The memory of redriving: a file with a line for each dead letter that was sent, on the disk before the next batch
// leaves. A run that was killed in the middle therefore repeats at most the batch that was under way.

import { closeSync, fsyncSync, openSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { DashstreamError, systemCode } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Processes } from "../runtime/process-identity.ts";
import { lockFile } from "./file-lock.ts";
import { LedgerIndex } from "./ledger-index.ts";
import {
  entryLine,
  type LedgerEntry,
  type LedgerSubject,
  parseEntry,
  subjectLine,
  subjectProblem,
} from "./ledger-lines.ts";

export interface LedgerOptions {
  readonly path: string;
  readonly subject: LedgerSubject;
  /** Gets a sentence for whatever was found damaged or left behind. */
  readonly onNote: (text: string) => void;
}

export interface Ledger {
  readonly path: string;
  readonly index: LedgerIndex;
  /**
   * Adds entries; resolves when they are on the disk.
   * @throws DashstreamError `storage_failed`
   */
  append(entries: readonly LedgerEntry[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads a ledger without touching it; one that does not exist is empty.
 * @throws DashstreamError `storage_failed` if it cannot be read or is about something else
 */
export async function readLedger(options: LedgerOptions): Promise<LedgerIndex> {
  return (await load(options)).index;
}

/**
 * Opens a ledger for this process alone and makes it if there is none. A last line that was not finished is cut off.
 * @throws DashstreamError `storage_failed` if another run has it, it cannot be written, or it is about something else
 */
export async function openLedger(
  options: LedgerOptions & { readonly clock: Clock; readonly processes: Processes },
): Promise<Ledger> {
  const { path, subject, clock, onNote } = options;
  await storing(path, () => mkdir(dirname(path), { recursive: true, mode: 0o700 }));
  const lock = lockFile(`${path}.lock`, `the ledger ${path}`, options.processes);
  if (lock.takenFrom !== null) {
    onNote(`the last run (process ${lock.takenFrom.pid}) did not end in order; its lock was taken over`);
  }
  try {
    const { index, completeBytes } = await load(options);
    const file = await storing(path, () => openAt(path, completeBytes, subject));
    return {
      path,
      index,
      async append(entries) {
        const nowMs = clock.nowMs();
        const lines = entries.map((entry) => entryLine(entry, nowMs)).join("");
        await storing(path, () => write(file, lines));
        for (const entry of entries) index.add(entry);
      },
      async close() {
        await file.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Loaded {
  readonly index: LedgerIndex;
  /** Length of the file without a last line that was not finished. */
  readonly completeBytes: number;
}

async function load({ path, subject, onNote }: LedgerOptions): Promise<Loaded> {
  const index = new LedgerIndex();
  let completeBytes = 0;
  let number = 0;
  let damaged: number | null = null;
  for await (const { line, isFinished, endByte } of linesOf(path)) {
    number++;
    if (number === 1) {
      requireSubject(path, line, isFinished, subject);
    } else {
      // A damaged line with others behind it is no torn end: it stays.
      if (damaged !== null) onNote(`${path}: line ${damaged} is damaged; its letter may be sent again`);
      const entry = isFinished ? parseEntry(line) : null;
      if (entry !== null) index.add(entry);
      damaged = entry === null ? number : null;
    }
    if (isFinished && damaged === null) completeBytes = endByte;
  }
  if (damaged !== null) onNote(`${path}: the last line was not finished; its letter may be sent again`);
  return { index, completeBytes };
}

function requireSubject(path: string, line: Buffer, isFinished: boolean, subject: LedgerSubject): void {
  // A run that was killed while it made the file leaves a part of its first line.
  if (!isFinished && subjectLine(subject).startsWith(line.toString("utf8"))) return;
  const problem = subjectProblem(line, subject);
  if (problem !== null) throw new DashstreamError("storage_failed", `${path} cannot be used: ${problem}`);
}

interface Line {
  /** Without its line feed. */
  readonly line: Buffer;
  readonly isFinished: boolean;
  /** Where the next line begins. */
  readonly endByte: number;
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 64 * 1024;

async function* linesOf(path: string): AsyncGenerator<Line> {
  if (!exists(path)) return;
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  try {
    for await (const chunk of chunksOf(path)) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
        position += end + 1;
        yield { line: rest.subarray(0, end), isFinished: true, endByte: position };
        rest = rest.subarray(end + 1);
      }
    }
  } catch (cause) {
    throw cause instanceof DashstreamError ? cause : unusable(path, cause);
  }
  if (rest.length > 0) yield { line: rest, isFinished: false, endByte: position + rest.length };
}

/** The bytes of a file. Whoever stops reading has it closed when he goes on. */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return false;
    throw unusable(path, cause);
  }
}

/** Opens the file to append from `completeBytes` on; a new one gets its first line. */
async function openAt(path: string, completeBytes: number, subject: LedgerSubject): Promise<FileHandle> {
  const file = await open(path, "a", 0o600);
  await file.truncate(completeBytes);
  if (completeBytes > 0) {
    await file.sync();
    return file;
  }
  await write(file, subjectLine(subject));
  // The name of a new file is on the disk only once its folder is.
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
  return file;
}

async function write(file: FileHandle, text: string): Promise<void> {
  await file.appendFile(text);
  await file.datasync();
}

async function storing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): DashstreamError {
  return new DashstreamError("storage_failed", `cannot use the ledger ${path}`, { cause });
}
