import { test } from "bun:test";
import { aborted } from "../../src/runtime/abort.ts";

test("a signal is waited for, also one that came before", async () => {
  const controller = new AbortController();
  const waiting = aborted(controller.signal);
  controller.abort();
  await waiting;
  await aborted(controller.signal);
});
