// Asks a server under which name cursors for its stream are to be kept.

import { DashstreamError } from "../errors.ts";
import { isJsonObject, wrongField } from "../wire/json-fields.ts";

/** `/version` beside the `/ws` of a server. */
export function versionUrl(streamUrl: string): string {
  const url = new URL(streamUrl);
  url.protocol = url.protocol === "wss:" ? "https:" : "http:";
  url.pathname = `${url.pathname.replace(/\/[^/]*$/, "")}/version`;
  url.search = "";
  url.hash = "";
  return url.href;
}

/**
 * The `resume_namespace` of a server: another one for another cluster, topic or consumer group.
 * @throws DashstreamError `server_unreachable` or `server_refused`
 */
export async function fetchResumeNamespace(
  streamUrl: string,
  signal: AbortSignal,
  request: typeof fetch = fetch,
): Promise<string> {
  const url = versionUrl(streamUrl);
  let answer: unknown;
  try {
    const response = await request(url, { signal });
    answer = response.ok ? await response.json() : `status ${response.status}`;
  } catch (cause) {
    throw new DashstreamError("server_unreachable", `${url}: the server cannot be reached`, { cause });
  }
  const namespace = isJsonObject(answer) ? answer.resume_namespace : undefined;
  if (typeof namespace === "string" && namespace !== "") return namespace;
  throw new DashstreamError(
    "server_refused",
    `${url}: ${wrongField("resume_namespace", namespace, "a text")}`,
  );
}
