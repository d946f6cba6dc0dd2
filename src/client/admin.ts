// Administrative calls to a server over HTTP. Whatever goes wrong says what to do about it.

import { z } from "zod";
import { DashstreamError } from "../errors.ts";

/** A thread that the server does not deliver, and the gap that led to it. */
export interface HaltedThread {
  readonly partition: number;
  readonly threadId: string;
  /** The first missing number. */
  readonly expected: number;
  /** The number whose arrival showed the gap. */
  readonly received: number;
  /** How many are missing. */
  readonly size: number;
}

/** What became of the threads that were to be reset. */
export interface ThreadReset {
  readonly reset: readonly string[];
  /** The server knows no such threads. */
  readonly notTracked: readonly string[];
}

/** All methods reject with `server_unreachable`, or `server_refused` if the server does not do it. */
export interface AdminClient {
  haltedThreads(): Promise<readonly HaltedThread[]>;
  /** Lets these threads go on with their next records, halted or not. */
  resetThreads(threadIds: readonly string[]): Promise<ThreadReset>;
  /** Lets all halted threads go on; gives their number. */
  resetHaltedThreads(): Promise<number>;
}

/** Which server, and how long it may take. */
export interface AdminClientOptions {
  /** Address of the server, for example `http://127.0.0.1:3002`; a path before the calls is kept. */
  readonly url: string;
  /** The server's `ADMIN_TOKEN`; `null` for a server that trusts its own machine. */
  readonly token: string | null;
  /** Ends a call that takes too long. */
  readonly timeout: () => AbortSignal;
}

const haltedAnswer = z.object({
  threads: z.array(
    z.object({
      partition: z.int(),
      threadId: z.string(),
      expected: z.int(),
      received: z.int(),
      size: z.int(),
    }),
  ),
});
const resetAnswer = z.object({ reset: z.array(z.string()), not_tracked: z.array(z.string()) });
const resetAllAnswer = z.object({ reset: z.int() });

/** Each call is a request of its own; nothing is kept open. */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  return {
    async haltedThreads() {
      return (await call(options, "GET", "threads/halted", haltedAnswer)).threads;
    },
    async resetThreads(threadIds) {
      const body = JSON.stringify({ thread_ids: threadIds });
      const answer = await call(options, "POST", "threads/reset", resetAnswer, body);
      return { reset: answer.reset, notTracked: answer.not_tracked };
    },
    async resetHaltedThreads() {
      return (await call(options, "POST", "threads/reset", resetAllAnswer)).reset;
    },
  };
}

async function call<T>(
  options: AdminClientOptions,
  method: "GET" | "POST",
  path: string,
  answer: z.ZodType<T>,
  body?: string,
): Promise<T> {
  const url = new URL(`admin/${path}`, options.url.endsWith("/") ? options.url : `${options.url}/`).href;
  const response = await send(options, url, { method, ...(body === undefined ? {} : { body }) });
  if (response.status !== 200) throw refusal(url, response, options.token);
  const parsed = answer.safeParse(response.json);
  if (parsed.success) return parsed.data;
  throw new DashstreamError("server_refused", `${url}: the answer is not that of a dashstream server`);
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** `undefined` if it is no JSON. */
  readonly json: unknown;
}

async function send({ token, timeout }: AdminClientOptions, url: string, init: RequestInit): Promise<Answer> {
  try {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(url, { ...init, headers, redirect: "manual", signal: timeout() });
    const text = await response.text();
    return { status: response.status, text, json: parseJson(text) };
  } catch (cause) {
    const late = cause instanceof DOMException && cause.name === "TimeoutError";
    const what = late ? "the server did not answer in time" : "the server cannot be reached";
    throw new DashstreamError("server_unreachable", `${url}: ${what}`, { cause });
  }
}

const errorAnswer = z.object({ error: z.string() });
/** Characters of an unexpected answer that are shown. */
const SHOWN_LENGTH = 200;
const NO_SERVER = "there is no dashstream server with admin calls";

function refusal(url: string, { status, text, json }: Answer, token: string | null): DashstreamError {
  const said = errorAnswer.safeParse(json);
  const reason = said.success ? said.data.error : `status ${status}: ${text.trim().slice(0, SHOWN_LENGTH)}`;
  // Other services of this project answer so, and so do most other servers: no admin call made here has a 404.
  if (status === 404) return new DashstreamError("server_refused", `${url}: ${NO_SERVER} (${reason})`);
  return new DashstreamError("server_refused", `${url}: ${status === 401 ? tokenAdvice(token) : reason}`);
}

function tokenAdvice(token: string | null): string {
  return token === null
    ? "the server wants its admin token; set ADMIN_TOKEN or ADMIN_TOKEN_FILE"
    : "the server does not take this admin token; it was started with another one";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
