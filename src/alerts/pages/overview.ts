// The first page of the runbook, and the matrix of who is told when.

import type { AlertDefinition } from "../alert.ts";
import { quantityWords } from "../quantity.ts";
import { ALERTS } from "../registry.ts";
import { alertLink, RESPONSE_TIMES } from "./alert-page.ts";
import { GUIDES } from "./guides.ts";
import { blocks, list, section, table } from "./markdown.ts";

/** Index of all pages. */
export function indexPage(): string {
  return blocks(
    "# Runbook",
    "What to do when an alert fires: a page for each, and a few for what they have in common. Commands are for the compose stack, where container and service names are the same; Prometheus is at port 9090, the server at 3002. They are typed in the folder of the compose file; `dashstream` stands for `docker exec -i dashstream-websocket-server dashstream`.",
    section(
      "When an alert fires",
      [
        "1. Acknowledge: see that it fires, and tell others that you are on it.",
        "2. Investigate: the page of the alert, from its first command on.",
        "3. Remedy: the cause if you have it, else a workaround.",
        "4. Verify: the alert has cleared, not only the symptom. A rate over five minutes clears five minutes after the last event.",
        "5. Document: what you found and did, in a commit.",
      ].join("\n"),
    ),
    section(
      "How urgent",
      table(
        ["priority", "answer within", "meaning"],
        [
          ["P0", RESPONSE_TIMES.P0, "data is lost or the system is down"],
          ["P1", RESPONSE_TIMES.P1, "significant degradation"],
          ["P2", RESPONSE_TIMES.P2, "degradation of performance, or a sign of what is coming"],
        ],
      ),
    ),
    section(
      "Alerts",
      table(["alert", "severity", "priority", "fires after", "what it means"], ALERTS.map(row)),
    ),
    section(
      "Guides",
      list([...GUIDES.map(({ file, title }) => `[${title}](${file})`), "[Escalation](escalation.md)"]),
    ),
  );
}

/** Who is told, and when. */
export function escalationPage(): string {
  const rows = ALERTS.filter(({ priority }) => priority !== null).map((alert) => [
    alertLink(alert.name),
    alert.severity,
    alert.priority ?? "",
    alert.priority === null ? "" : RESPONSE_TIMES[alert.priority],
    alert.runbook.escalateAfter,
  ]);
  return blocks(
    "# Escalation",
    "Handed on means: an issue with logs, metrics and a summary of what was found, and a word to whom the page of the alert names.",
    table(["alert", "severity", "priority", "answer within", "handed on"], rows.toSorted(byPriority)),
    "[All alerts](README.md)",
  );
}

function row(alert: AlertDefinition): readonly string[] {
  const lasting = alert.for.value === 0 ? "at once" : quantityWords(alert.for);
  const [first = ""] = alert.runbook.meaning.split(/(?<=\.) /, 1);
  return [alertLink(alert.name), alert.severity, alert.priority ?? "none", lasting, first];
}

function byPriority(a: readonly string[], b: readonly string[]): number {
  return (a[2] ?? "").localeCompare(b[2] ?? "");
}
