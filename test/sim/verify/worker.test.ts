// Lines of JSON in, lines of JSON out.

import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { serveJobs } from "../../../sim/verify/worker.ts";
import { DashstreamError } from "../../../src/errors.ts";

async function served(lines: string, work: (job: unknown) => Promise<unknown>): Promise<readonly unknown[]> {
  const input = new PassThrough();
  const output = new PassThrough();
  input.end(lines);
  const written = text(output);
  await serveJobs(input, output, work);
  output.end();
  return (await written)
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

test("each line is answered with a line, one after the other, until the input ends", async () => {
  let working = 0;
  const answers = await served('{"n":1}\n{"n":2}\r\n{"n":3}', async (job) => {
    expect(++working).toBe(1);
    await Promise.resolve();
    working--;
    return job;
  });
  expect(answers).toEqual(
    [1, 2, 3].map((n) => ({ ok: true, result: { n }, maxRssBytes: expect.any(Number) })),
  );
});

test("memory is told in bytes", async () => {
  const [answer] = await served("1\n", async () => null);
  const { maxRssBytes } = answer as { maxRssBytes: number };
  // Any process of this runtime needs more than 10 MB, and this one less than 10 GB.
  expect(maxRssBytes).toBeGreaterThan(10e6);
  expect(maxRssBytes).toBeLessThan(10e9);
});

test("an error is an answer, too: with its code and causes, or with its stack if it is a bug", async () => {
  const errors = [
    new DashstreamError("config_invalid", "PORT is wrong", { cause: new Error("not a number") }),
    new TypeError("a bug"),
  ];
  const answers = await served("1\n2\n", async () => {
    throw errors.shift();
  });
  expect(answers).toEqual([
    { ok: false, code: "config_invalid", message: expect.stringContaining("PORT is wrong") },
    { ok: false, code: "invariant", message: expect.stringMatching(/^TypeError: a bug\n +at /) },
  ]);
});
