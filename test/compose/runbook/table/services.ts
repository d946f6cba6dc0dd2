// Blocks that are written for services that are gone.

import { all, complains, json, lines, prints, printsNothing, someJson, succeeds } from "../checks.ts";
import { ours, printed, works } from "../entry.ts";
import { brokerDown, everythingDown, serverDown } from "../situations/services.ts";
import { aNumber, stateOf } from "./common.ts";

const BROKER = brokerDown.name;
const SERVER = serverDown.name;
const ALL = everythingDown.name;
const infra = ["KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical"];
const notRunning = /Error response from daemon: container [0-9a-f]{64} is not running/;
const brokerRestarts = all(succeeds, prints(/^dashstream-kafka$/m), lines(2));
const serverRestarts = all(succeeds, prints(/^dashstream-websocket-server$/m));

function infraPage(
  page: string,
  alert: string,
  restart: object,
  ...verification: readonly ReturnType<typeof works>[]
) {
  return ours(page, BROKER, {
    Investigation: [
      works(
        all(
          succeeds,
          someJson("errors above 0", (row: { readonly value: string }) => Number(row.value) > 0),
        ),
      ),
      works(all(succeeds, prints('"status": "reconnecting"'), prints('"state": "degraded"'))),
      works(prints(/^CONTAINER ID .* NAMES$/m), { afterwards: all(prints(/ dashstream-kafka$/m)) }),
      works(all(complains(notRunning), printsNothing), { afterwards: all(succeeds, prints(/\d/)) }),
    ],
    Remediation: [
      works(brokerRestarts, restart),
      works(all(succeeds, prints(/^dashstream-websocket-server$/m))),
    ],
    Verification: [...verification, stateOf(alert)],
  });
}

const downTargets = works(all(succeeds, prints('"job": "dashstream-infrastructure"'), prints('"lastError"')));
const logTails = works(all(succeeds, lines(10)));
const running = works(
  all(succeeds, prints(/^NAME +IMAGE +COMMAND +SERVICE/m), prints(/^dashstream-kafka /m), ({ stdout }) =>
    /^dashstream-websocket-server /m.test(stdout) ? "the server is listed though it is down" : null,
  ),
  { afterwards: all(succeeds, prints(/^dashstream-websocket-server .*\(healthy\)/m)) },
);
const listed = works(
  all(
    succeeds,
    prints(/^NAME +IMAGE +COMMAND +SERVICE/m),
    prints(/^dashstream-kafka .*\(healthy\)/m),
    prints(/^dashstream-websocket-server .* Exited/m),
  ),
  { afterwards: all(succeeds, prints(/^dashstream-websocket-server .*\(healthy\)/m)) },
);
/** A line of each container, which does its work or has done it. */
const allAreUp = all(
  succeeds,
  lines(
    2,
    /^NAME |^dashstream-topics .* Exited|^dashstream-sim(-chaos)? .* Up |^dashstream-\S+ .* Up .*\(healthy\)/,
  ),
  ...["websocket-server", "prometheus-exporter", "quality-monitor", "kafka", "redis"].map((component) =>
    prints(new RegExp(`^dashstream-${component} `, "m")),
  ),
);
const room = works(all(succeeds, prints(/^Filesystem /m), prints(/^CONTAINER ID +NAME +CPU %/m)));
const names = (container: string) => all(succeeds, prints(new RegExp(`^${container}$`, "m")));
const cured = { when: "cured" } as const;
const areReady = all(
  succeeds,
  json(2, (row) => ((row as { readonly ready?: boolean }).ready === true ? null : "one that is not ready")),
);
const restarted = all(
  succeeds,
  printsNothing,
  complains(/Container dashstream-kafka\s+Started/),
  complains(/Container dashstream-prometheus\s+Started/),
);
const ports = works(
  all(succeeds, prints(/:3002 \(LISTEN\)/), prints(/:9092 \(LISTEN\)/), prints(/:9090 \(LISTEN\)/)),
  { when: "cured" },
);

export const SERVICES = [
  ...infraPage(
    "kafka-infra-errors-critical",
    "KafkaInfraErrorsCritical",
    { cures: [...infra, "ServiceDown"] },
    works(aNumber),
  ),
  ...infraPage("kafka-infra-errors-high", "KafkaInfraErrorsHigh", {}),
  ...infraPage("kafka-infra-errors-detected", "KafkaInfraErrorsDetected", {}),
  ...ours("service-down", SERVER, {
    Investigation: [
      downTargets,
      works(
        all(
          succeeds,
          json(3),
          someJson("up 0", (row: { readonly up: string }) => row.up === "0"),
        ),
      ),
      works(succeeds),
      listed,
      logTails,
      room,
    ],
    Remediation: [
      works(serverRestarts, { cures: ["ServiceDown"] }),
      works(names("dashstream-prometheus-exporter")),
      works(names("dashstream-quality-monitor")),
      works(names("dashstream-redis")),
      // The pages of what goes before it show that it cures.
      works(names("dashstream-kafka"), { in: BROKER }),
      works(
        all(succeeds, printsNothing, complains(/Container dashstream-websocket-server +(Running|Recreate)/)),
      ),
      works(restarted, { in: ALL, cures: ["ServiceDown"] }),
      ports,
    ],
    Verification: [
      works(all(succeeds, prints(/^healthy: /)), cured),
      works(areReady, cured),
      works(all(succeeds, prints(/9092/), prints(/^dashstream-quality-dlq$/m)), cured),
      works(all(succeeds, prints(/^PONG$/m)), cured),
      works(allAreUp, cured),
      works(
        all(
          succeeds,
          json(3),
          someJson(
            "server that is up",
            (row: { readonly job: string; readonly up: string }) =>
              row.job === "dashstream-infrastructure" && row.up === "1",
          ),
        ),
        cured,
      ),
      stateOf("ServiceDown"),
    ],
  }),
  ...printed("3. ServiceDown", SERVER, {
    "Investigation Steps": [[downTargets, running, logTails]],
    Remediation: [
      [
        works(serverRestarts, {
          altered: { parts: { "<container-name>": "dashstream-websocket-server" }, because: "a placeholder" },
          cures: ["ServiceDown"],
        }),
        works(restarted, { in: ALL }),
        ports,
      ],
    ],
  }),
];
