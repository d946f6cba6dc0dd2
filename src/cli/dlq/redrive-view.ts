// The report of a redrive: what was sent, and what not and why.

import { counted } from "../../dlq/counted.ts";
import type { RedriveReport } from "../../dlq/redrive-report.ts";
import { printable } from "../foreign-text.ts";
import type { Printer } from "../printer.ts";
import { printTable } from "../table.ts";

const MAX_NAME_LENGTH = 60;
const MAX_EXAMPLE_LENGTH = 200;

/** For people. */
export function printReport(report: RedriveReport, ledgerPath: string, printer: Printer): void {
  const { considered, sent, dryRun, skipped, failed, unattempted, stopped, interrupted, elapsedMs } = report;
  const { line, colors } = printer;
  const seconds = elapsedMs / 1000;
  const rate = seconds < 1 ? "" : `, ${Math.round(sent / seconds)}/s`;
  line(
    dryRun
      ? `dry run: ${sent} of ${counted(considered, "letter")} would be sent; add --execute to send them`
      : `sent ${sent} of ${counted(considered, "letter")} in ${seconds.toFixed(1)} s${rate}`,
  );
  const causes = [...Object.entries(skipped), ...Object.entries(failed)].filter(([, count]) => count > 0);
  for (const [cause, count] of causes) {
    const isExpected = cause === "filtered" || cause === "already_sent";
    const text = `${String(count).padStart(8)}  ${cause}`;
    line(isExpected ? colors.dim(text) : colors.yellow(text));
    printExamples(report, cause, count, printer);
  }
  if (unattempted > 0) line(colors.yellow(`${String(unattempted).padStart(8)}  not attempted`));
  if (report.sentWithAssumedKey > 0) {
    line(`${String(report.sentWithAssumedKey).padStart(8)}  sent with the thread id for a key`);
  }
  if (report.sentWithoutHeaders > 0) {
    line(`${String(report.sentWithoutHeaders).padStart(8)}  sent without their original headers`);
  }
  printTypes(report, printer);
  line(`ledger: ${ledgerPath}${dryRun ? " (not written)" : ""}`);
  if (interrupted) printer.note("interrupted: the rest was not looked at; run it again to go on");
  if (stopped !== null) printer.error(`given up: ${printable(stopped, MAX_EXAMPLE_LENGTH)}`);
}

function printExamples(
  { examples }: RedriveReport,
  cause: string,
  count: number,
  { line, colors }: Printer,
): void {
  const shown: readonly string[] = Reflect.get(examples, cause) ?? [];
  for (const example of shown) {
    line(colors.dim(`${" ".repeat(10)}${printable(example, MAX_EXAMPLE_LENGTH)}`));
  }
  if (shown.length > 0 && shown.length < count) {
    line(colors.dim(`${" ".repeat(10)}and ${count - shown.length} more`));
  }
}

function printTypes({ byErrorType, dryRun }: RedriveReport, printer: Printer): void {
  if (byErrorType.length === 0) return;
  const headings = [dryRun ? "to send" : "sent", "skipped", "failed", "error type"];
  const rows = byErrorType.map(([type, { sent, skipped, failed }]) => {
    return [sent, skipped, failed, printable(type, MAX_NAME_LENGTH)];
  });
  printTable(printer, headings, rows);
}

/** For programs. */
export function reportJson(report: RedriveReport): object {
  return {
    topic: report.topic,
    dry_run: report.dryRun,
    considered: report.considered,
    [report.dryRun ? "would_send" : "sent"]: report.sent,
    skipped: report.skipped,
    failed: report.failed,
    unattempted: report.unattempted,
    sent_with_assumed_key: report.sentWithAssumedKey,
    sent_without_headers: report.sentWithoutHeaders,
    by_error_type: Object.fromEntries(report.byErrorType),
    examples: report.examples,
    interrupted: report.interrupted,
    stopped: report.stopped,
    seconds: Math.round(report.elapsedMs) / 1000,
  };
}
