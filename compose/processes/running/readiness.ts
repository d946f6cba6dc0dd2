// Whether a service does its work, asked in its own language.

import { encodeRequest } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { LOOPBACK } from "../places/addresses.ts";
import type { Readiness } from "../programs/program.ts";
import type { StackSeams } from "./seams.ts";

/** One answer may take so long. */
const ANSWER_TIMEOUT_MS = 2_000;

/** True if it answers now as it should. For `completed` there is nothing to ask. */
export async function isReady(readiness: Readiness, seams: StackSeams): Promise<boolean> {
  switch (readiness.kind) {
    case "http":
      return await answersHttp(readiness.url);
    case "kafka": {
      // Any answer to it comes from a broker that serves requests.
      const request = encodeRequest(APIS.ApiVersions, 0, { correlationId: 1, clientId: "stack" }, {});
      return (await exchange(readiness.port, request, seams)) !== null;
    }
    case "redis": {
      const answer = String(await exchange(readiness.port, Buffer.from("PING\r\n"), seams));
      return answer.startsWith("+PONG") || answer.startsWith("-NOAUTH");
    }
    case "tcp":
      return (await exchange(readiness.port, null, seams)) !== null;
    case "running":
      return true;
    case "completed":
      return false;
  }
}

async function answersHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), redirect: "manual" });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The first bytes that come back, empty if nothing was asked; `null` if nobody answers. */
function exchange(
  port: number,
  request: Uint8Array | null,
  { network, clock }: StackSeams,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = network.dial({ host: LOOPBACK, port }, () => {
      if (request === null) end(Buffer.alloc(0));
      else socket.write(request);
    });
    const timer = clock.after(ANSWER_TIMEOUT_MS, () => end(null));
    const end = (answer: Buffer | null) => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk: Buffer) => end(chunk));
    socket.on("error", () => end(null));
    socket.on("close", () => end(null));
  });
}
