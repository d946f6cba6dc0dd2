// Suites that need nothing but time: half a minute of a processor or more, where a test file needs seconds. `make test` runs
// them beside those of real components; `make check`, the quick tier, sets DASHSTREAM_SKIP_LONG=1 and shows each of them as a
// skipped test that says so.
//
//   describeLong("a whole verification", () => { test("...", ..., LONG_TEST_MS) });
//   describeTimed("drills", () => { ... });    // nothing else runs meanwhile: their verdict is about seconds

import { describe, test } from "bun:test";

/** For single tests of such a suite; below what a file may take. */
export const LONG_TEST_MS = 1_440_000;

/** A long suite that the runner gives the machine for itself. */
export const describeTimed = describeLong;

/** The body of a suite that is left out is not run. */
export function describeLong(title: string, body: () => void): void {
  if (process.env.DASHSTREAM_SKIP_LONG !== "1") {
    describe(title, body);
    return;
  }
  describe(title, () => {
    test.skip("needs time: long suites are left out of this run", () => {});
  });
}
