// What tells one cause of lost dead letters from the others.

/** PromQL that gives a result if the server failed to send dead letters for this reason, and for no other. */
export function lettersFailedOnlyBy(reason: string): string {
  const failures = (op: "=" | "!=") =>
    `sum(increase(websocket_dlq_send_failures_total{reason${op}"${reason}"}[5m])) > 0`;
  return `${failures("=")} unless ${failures("!=")}`;
}
