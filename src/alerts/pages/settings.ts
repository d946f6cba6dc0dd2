// Guide: the settings that pages of alerts speak of.

import { moveGroup } from "../commands.ts";
import { blocks, fence, section, table } from "./markdown.ts";

/** The page, as Markdown. */
export function settingsGuide(): string {
  return blocks(
    "# Settings that operators change",
    "All settings are variables. A container has those that it was made with: after a change of `.env`, `docker compose up --detach` makes it anew, where a restart would not do. `dashstream config docs` lists them, `dashstream config print` shows what is in force.",
    section(
      "What a gap does: `SEQUENCE_GAP_POLICY`",
      table(
        ["value", "a gap in the numbers of a thread"],
        [
          ["`warn` (default)", "is counted and logged; delivery goes on"],
          ["`halt`", "ends delivery of that thread until `dashstream threads reset`, or a restart"],
          ["`continue`", "is counted; delivery goes on"],
        ],
      ),
    ),
    section(
      "Where reading begins: `KAFKA_AUTO_OFFSET_RESET`",
      [
        "For a group that has committed nothing yet; one that has goes on where it was.",
        table(
          ["value", "meaning"],
          [
            ["`earliest` (default)", "at the oldest record: nothing is lost. For production."],
            ["`latest`", "at the newest: old records are skipped. For tests."],
          ],
        ),
        "To move a group that has committed, nobody may read in it meanwhile:",
        fence("sh", moveGroup("latest")),
      ].join("\n\n"),
    ),
    section(
      "Limits of tenants",
      [
        "`TENANT_RATE_LIMIT_PER_SEC` and `TENANT_RATE_BURST` hold for all, `TENANT_RATE_LIMITS_FILE` for single ones; SIGHUP reads the file again.",
        fence("sh", "docker kill --signal HUP dashstream-websocket-server"),
      ].join("\n\n"),
    ),
    section(
      "Schema versions: `SCHEMA_COMPATIBILITY`",
      table(
        ["value", "accepted"],
        [
          ["`exact` (default)", "the server's own version only"],
          ["`forward`", "also newer ones"],
          ["`backward`", "also older ones"],
        ],
      ),
    ),
    "[All alerts](README.md)",
  );
}
