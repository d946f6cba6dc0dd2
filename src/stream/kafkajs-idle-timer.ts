// kafkajs 2.2.4 starts a timer after every answer to look at its queue of waiting requests, with a negative delay
// when nothing is throttled; runtimes print a TimeoutNegativeWarning for it. With an empty queue the timer has
// nothing to do (a later request starts its own), so it is not started.

import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
let applied = false;

/** Keeps kafkajs from starting timers for an empty queue. Calling it again changes nothing. */
export function quietIdleTimer(): void {
  if (applied) return;
  applied = true;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: typeof RequestQueue.prototype) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
