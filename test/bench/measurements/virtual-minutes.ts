// How fast virtual time passes.

import { startChild } from "../child.ts";
import type { Results } from "../results.ts";

export async function virtualMinutes(results: Results): Promise<void> {
  const { seconds } = await startChild("virtual-time.ts").next();
  results.note(
    `ten virtual minutes of broker, producer, appliance and client: ${Number(seconds).toFixed(2)} s (aim below 2)`,
  );
}
