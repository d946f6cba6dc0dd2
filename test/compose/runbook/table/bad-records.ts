// Blocks that are written for producers that send what nobody can read.

import { above0, all, complains, json, lines, prints, printsNothing, series, succeeds } from "../checks.ts";
import { fails, noCommand, ours, printed, works } from "../entry.ts";
import { badRecords } from "../situations/records.ts";
import { figures, letters, logHas, logMayHave, queryInUrl, stateOf } from "./common.ts";

const IN = badRecords.name;
const PROTOBUF = "high-decode-error-rate";
const PROCESSING = "high-message-processing-error-rate";
const decodeErrors = all(succeeds, series("error_type", "schema_mismatch", "payload_too_large"));
const versions = logHas(/protobuf version|schema version/i);
const accepts = all(succeeds, complains(/Container dashstream-websocket-server\s+Recreate/));
const emptyStep = noCommand("comments only", printsNothing);
const redriveDryRun = all(succeeds, prints(/^dry run: \d+ of \d+ letters/));

export const BAD_RECORDS = [
  ...ours("schema-version-mismatch", IN, {
    Investigation: [
      works(all(succeeds, prints(/schema_mismatch .*expected v1, got v2/))),
      works(all(succeeds, letters(1, "schema_mismatch"))),
      works(logHas(/schema version/i)),
    ],
    Remediation: [works(accepts, { cures: ["SchemaVersionMismatch"] }), works(redriveDryRun)],
    Verification: [stateOf("SchemaVersionMismatch")],
  }),
  ...ours(PROCESSING, IN, {
    Investigation: [
      works(all(succeeds, above0)),
      works(decodeErrors),
      works(logHas(/decode|protobuf|error/i)),
      works(all(succeeds, json(5))),
      works(all(succeeds, prints("schema_mismatch"))),
      works(versions),
    ],
    Remediation: [
      works(accepts),
      works(all(succeeds, prints(/partition\s+from\s+to/))),
      works(redriveDryRun),
    ],
    Verification: [works(all(succeeds, above0)), stateOf("HighMessageProcessingErrorRate")],
  }),
  ...ours(PROTOBUF, IN, {
    Investigation: [
      works(all(succeeds, above0)),
      works(decodeErrors),
      works(all(succeeds, letters(10))),
      works(all(succeeds, lines(2, /protobuf version/))),
      works(all(succeeds, lines(2, /^[0-9a-f]{8}: /))),
    ],
    Verification: [stateOf("HighDecodeErrorRate")],
  }),
  ...ours("websocket-dlq-high-rate", IN, {
    Investigation: [
      works(all(succeeds, series("error_type", "schema_mismatch"))),
      works(all(succeeds, lines(3, /^ *\d+ "\w+"$/))),
      works(logMayHave(/ERROR/i)),
    ],
    Remediation: [works(redriveDryRun)],
    Verification: [stateOf("WebSocketDlqHighRate")],
  }),
  ...ours("high-dlq-rate", IN, {
    Investigation: [
      works(all(succeeds, series("job", "dashstream-quality-monitor"))),
      works(figures),
      works(all(succeeds, prints("schema_mismatch"))),
    ],
    Verification: [stateOf("HighDLQRate")],
  }),
  ...ours("oversized-message", IN, {
    Investigation: [
      works(all(succeeds, prints(/payload_too_large .*1048576/))),
      works(all(succeeds, prints("payload_too_large"))),
    ],
    Verification: [stateOf("OversizedMessage")],
  }),
  ...printed("4. HighMessageProcessingErrorRate", IN, {
    "Investigation Steps": [
      [
        queryInUrl(PROCESSING),
        queryInUrl(PROCESSING),
        works(logHas(/decode|protobuf|error/i)),
        works(all(succeeds, letters(5))),
        works(logMayHave(/version|schema/i)),
      ],
    ],
    Remediation: [
      [
        emptyStep,
        works(all(succeeds, prints("dashstream-quality-monitor"))),
        works(all(succeeds, prints('"healthy"'))),
        queryInUrl(PROCESSING),
      ],
    ],
    Verification: [stateOf("HighMessageProcessingErrorRate")],
  }),
  ...printed("5. HighDecodeErrorRate", IN, {
    "Investigation Steps": [
      [
        queryInUrl(PROTOBUF),
        queryInUrl(PROTOBUF),
        works(all(succeeds, letters(10))),
        works(all(succeeds, lines(2, /protobuf version/))),
        works(all(succeeds, lines(2, /^[0-9a-f]{8}: /))),
      ],
    ],
  }),
  ...printed("7. WebSocketDlqHighRate", IN, {
    "Investigation Steps": [
      [
        queryInUrl("websocket-dlq-high-rate"),
        works(all(succeeds, lines(1, /^ *\d+ "\w+"$/))),
        works(logMayHave(/ERROR/)),
      ],
    ],
  }),
  ...printed("Alert: SchemaVersionMismatch", IN, {
    "Check DLQ for schema mismatch messages": [
      fails(
        "it waits for further letters and never ends",
        "schema-version-mismatch",
        letters(1, "schema_mismatch"),
        {
          altered: {
            parts: { "kafka-console-consumer": "timeout 6 kafka-console-consumer" },
            because: "ended after 6 s",
          },
        },
      ),
    ],
  }),
];
