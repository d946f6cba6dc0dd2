// Picks the server of the runtime at hand. Each is loaded only where it can run.

import type { ServeHttp } from "./http.ts";

/** Serves HTTP and WebSocket on the current runtime. */
export const serveHttp: ServeHttp = async (options) => {
  if ("Deno" in globalThis) {
    const { serveDeno } = await import("./serve-deno.ts");
    return serveDeno(options);
  }
  const { serveBun } = await import("./serve-bun.ts");
  return serveBun(options);
};
