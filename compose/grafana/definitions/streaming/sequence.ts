// Panels 7 to 10 of the streaming dashboard: records that are missing, repeated, or late. They count what all programs saw
// that validate sequence numbers, whichever server is chosen.

import { expr, type Template } from "../../../../src/alerts/template.ts";
import type { PanelDefinition, Step } from "../dashboard.ts";
import { FIVE_MINUTES, name, ONE_MINUTE } from "../expressions.ts";
import { worseFrom } from "../steps.ts";

const REPEATED: readonly Step[] = worseFrom(0.1, 1);

function perSecond(series: string, window = FIVE_MINUTES): Template {
  return expr`sum(rate(${name(series)}[${window}]))`;
}

export const SEQUENCE_PANELS: readonly PanelDefinition[] = [
  {
    id: 7,
    title: "Sequence Gaps (Message Loss)",
    kind: "stat",
    unit: "reqps",
    grid: { x: 0, y: 10, w: 8, h: 4 },
    steps: worseFrom(0.001, 0.01),
    shows:
      "Gaps a second in the sequence numbers of threads, over 5 minutes; a gap that two programs see counts twice.",
    act: "records are lost between producer and consumer. Begin with the page; `dashstream threads` shows where.",
    alerts: ["SequenceGapsDetected", "GapDetectedWithHalt"],
    queries: [{ legend: "Gaps/sec", expr: perSecond("dashstream_sequence_gaps_total") }],
  },
  {
    id: 8,
    title: "Sequence Duplicates",
    kind: "stat",
    unit: "reqps",
    grid: { x: 8, y: 10, w: 8, h: 4 },
    steps: REPEATED,
    shows: "Records a second that repeat a sequence number of their thread, over 5 minutes.",
    act: "find the producer that sends twice: one with a short timeout, or two that write one thread.",
    alerts: ["HighDuplicateRate"],
    queries: [{ legend: "Duplicates/sec", expr: perSecond("dashstream_sequence_duplicates_total") }],
  },
  {
    id: 9,
    title: "Sequence Reorders",
    kind: "stat",
    unit: "reqps",
    grid: { x: 16, y: 10, w: 8, h: 4 },
    steps: REPEATED,
    shows: "Records a second that come later than their sequence number says, over 5 minutes.",
    act: "a thread is spread over partitions, or its producer has several requests under way: look at keys and partitioner.",
    alerts: ["HighReorderRate"],
    queries: [{ legend: "Reorders/sec", expr: perSecond("dashstream_sequence_reorders_total") }],
  },
  {
    id: 10,
    title: "Sequence Validation Over Time",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 14, w: 24, h: 6 },
    shows: "The same three by the minute, so that they can be compared with deployments and outages.",
    act: "gaps and duplicates at one moment: a producer or broker was restarted. Gaps alone: records are lost.",
    alerts: ["SequenceGapsDetected"],
    queries: [
      { legend: "Gaps (message loss)", expr: perSecond("dashstream_sequence_gaps_total", ONE_MINUTE) },
      { legend: "Duplicates", expr: perSecond("dashstream_sequence_duplicates_total", ONE_MINUTE) },
      { legend: "Reorders", expr: perSecond("dashstream_sequence_reorders_total", ONE_MINUTE) },
    ],
  },
];
