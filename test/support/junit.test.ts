import { expect, test } from "bun:test";
import { readJunit } from "./junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="5" failures="2" skipped="1">
  <testsuite name="a.test.ts" tests="5">
    <testcase name="works" classname="" time="0" line="2" assertions="0" />
    <testcase name="a &lt;b&gt; &amp; &quot;c&quot;&#10;d" classname="x &gt; y" time="0">
      <skipped />
    </testcase>
    <testcase name="breaks" classname="" time="0">
      <failure type="AssertionError" message="expected &lt;skipped">at a.test.ts:3</failure>
    </testcase>
    <testcase name="ends badly" classname="" time="0"><error message="boom" /></testcase>
    <testcase name="works again" classname="" time="0" />
  </testsuite>
</testsuites>`;

test("counts passed tests, and names the failed with their messages, and the skipped ones", () => {
  expect(readJunit(REPORT)).toEqual({
    passed: 2,
    failures: [
      { name: "breaks", message: "expected <skipped" },
      { name: "ends badly", message: "boom" },
    ],
    skipped: ['a <b> & "c"\nd'],
  });
});

test("a report without a test case counts nothing", () => {
  expect(readJunit("<testsuites></testsuites>")).toEqual({ passed: 0, failures: [], skipped: [] });
});
