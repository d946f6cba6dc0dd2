// Asking for JSON over HTTP, with errors that say who was asked for what.

import type { z } from "zod";
import { DashstreamError } from "../../src/errors.ts";
import { type NamedServer, unreachable } from "./named-server.ts";

/** `fetch`, as far as it is used here. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface JsonClientOptions {
  /** Who is asked. */
  readonly named: NamedServer;
  readonly fetch: Fetch;
  /** For each request a signal that ends it when it takes too long, or when all is over. */
  readonly timeout: () => AbortSignal;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Characters of an answer that are shown when it is not what was expected. */
const SHOWN_CHARS = 200;

/** An address that paths can be put behind. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/**
 * @throws DashstreamError `server_unreachable` if there is no answer, `server_refused` if it is no success or not of
 * this shape
 */
export async function askJson<T>(
  { named, fetch, timeout, headers = {} }: JsonClientOptions,
  url: string,
  shape: z.ZodType<T>,
  init: RequestInit = {},
): Promise<T> {
  const asked = `${init.method ?? "GET"} ${url}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, headers, redirect: "manual", signal: timeout() });
    text = await response.text();
  } catch (cause) {
    throw unreachable(named, asked, cause);
  }
  const shown = text.trim().slice(0, SHOWN_CHARS);
  if (!response.ok) {
    const wantsToKnow = response.status === 401 || response.status === 403;
    if (response.status === 404) throw refused(named, `${asked}: status 404: ${shown}`);
    const remedy = wantsToKnow && named.credentials !== undefined ? `; ${named.credentials}` : "";
    throw new DashstreamError("server_refused", `${asked}: status ${response.status}: ${shown}${remedy}`);
  }
  const json = parseJson(text);
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  if (json === undefined) throw refused(named, `${asked}: the answer is no JSON: ${shown}`);
  throw new DashstreamError(
    "server_refused",
    `${asked}: the answer has another shape than expected: ${shown}`,
  );
}

/** By what is hardly the program that was meant. */
function refused({ flag, url, program }: NamedServer, answer: string): DashstreamError {
  const what = program === undefined ? "" : `${flag} is "${url}", which is no ${program}: `;
  return new DashstreamError("server_refused", `${what}${answer}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No shape takes it, and the caller shows the text.
    return undefined;
  }
}
