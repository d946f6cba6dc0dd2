// Profiles: which services of a compose file a call is about (Compose Specification, 15-profiles).

import type { ComposeService } from "./service.ts";

/** Stands for all of them (compose-go, `HasProfile`). */
const ALL = "*";

/** Whether a service runs with these profiles: one that has none always does. */
export function isActive({ profiles }: Pick<ComposeService, "profiles">, wanted: readonly string[]): boolean {
  return profiles.length === 0 || wanted.some((name) => name === ALL || profiles.includes(name));
}

/** Those of a comma list, as `COMPOSE_PROFILES` has them. */
export function profileList(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
