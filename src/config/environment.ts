// Finds variables that look like ours and have no effect: unknown and misspelled ones, and those of parts that are
// not there. Variables of other programs are none of its business.

import { nearestName } from "./nearest.ts";
import { secretFileName } from "./option.ts";
import { OPTION_ENTRIES } from "./options.ts";
import type { Warning } from "./problem.ts";
import { reservedSetting } from "./reserved.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whatever begins so is meant for this program. */
const OUR_PREFIX = /^(DASHSTREAM|KAFKA|WEBSOCKET|TENANT_RATE)_/;

/** With our prefix: a quarter of the letters may be wrong; with more, a guess misleads. */
const WRONG_SHARE = 0.25;
/** Without it, the name has to be so close that hardly another program can have meant it. */
const WRONG_SHARE_OF_STRANGERS = 0.16;

/** Read by this project's tests and set where they run. */
const TEST_VARIABLE = /^DASHSTREAM_(REQUIRE|SKIP)_REAL$/;

/** What Kubernetes sets in every container for a service named `kafka`, `dashstream-...` and the like. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//;

const KNOWN_NAMES: readonly string[] = OPTION_ENTRIES.flatMap(([, option]) => [
  ...option.env,
  ...(option.secret ? [secretFileName(option.name)] : []),
]);

function isForeign(name: string, value: string): boolean {
  return TEST_VARIABLE.test(name) || SERVICE_LINK.test(name) || SERVICE_LINK_VALUE.test(value);
}

/** One warning for each variable without effect. Empty values count as not set. */
export function ineffectiveVariables(env: Environment): readonly Warning[] {
  const warnings: Warning[] = [];
  for (const [name, value = ""] of Object.entries(env)) {
    if (value.trim() === "" || KNOWN_NAMES.includes(name)) continue;
    const reserved = reservedSetting(name);
    if (reserved !== null) {
      warnings.push({ field: name, message: reserved.why, refusedIfStrict: true });
    } else if (!isForeign(name, value)) {
      const isOurs = OUR_PREFIX.test(name);
      const meant = nearestName(name, KNOWN_NAMES, isOurs ? WRONG_SHARE : WRONG_SHARE_OF_STRANGERS);
      if (meant === null && !isOurs) continue;
      const hint = meant === null ? "" : `; did you mean ${meant}?`;
      warnings.push({ field: name, message: `is not a known setting${hint}`, refusedIfStrict: true });
    }
  }
  return warnings;
}
