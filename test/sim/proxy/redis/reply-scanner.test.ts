import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type ReplyPiece, ReplyScanner } from "../../../../sim/proxy/redis/reply-scanner.ts";

/** The answers in a stream that is cut into pieces of these sizes, in turn; a push is marked with `!`. */
function scan(stream: Buffer, cuts: readonly number[]): readonly string[] {
  const scanner = new ReplyScanner();
  const answers: string[] = [];
  let pieces: ReplyPiece[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = cuts[turn % cuts.length] ?? 1;
    scanner.push(stream.subarray(at, at + size), (piece) => {
      pieces.push(piece);
      if (!piece.isLast) return;
      const kinds = new Set(pieces.map(({ isPush }) => isPush));
      if (kinds.size !== 1) throw new Error("one answer is a push and is none");
      const text = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString("latin1");
      answers.push(piece.isPush ? `!${text}` : text);
      pieces = [];
    });
    at += size;
  }
  if (pieces.length > 0) throw new Error("the stream ends in an answer");
  return answers;
}

const safeText = fc.stringMatching(/^[a-zA-Z0-9 .:-]{0,20}$/);
const bulk = fc.uint8Array({ maxLength: 60 }).map((bytes) => {
  const text = Buffer.from(bytes).toString("latin1");
  return `$${text.length}\r\n${text}\r\n`;
});
const simple = fc.oneof(
  safeText.map((text) => `+${text}\r\n`),
  safeText.map((text) => `-ERR ${text}\r\n`),
  fc.integer().map((number) => `:${number}\r\n`),
  fc.constantFrom(
    "$-1\r\n",
    "*-1\r\n",
    "*0\r\n",
    "_\r\n",
    "#t\r\n",
    ",1.5e3\r\n",
    "(349999999999999999999\r\n",
    "%0\r\n",
    "~0\r\n",
  ),
  fc.constant("=7\r\ntxt:a\r\n\r\n"),
  bulk,
);
const { value } = fc.letrec<{ value: string; list: string; map: string; noted: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, simple, tie("list"), tie("map"), tie("noted")),
  list: fc
    .tuple(fc.constantFrom("*", "~"), fc.array(tie("value"), { maxLength: 4 }))
    .map(([sign, items]) => `${sign}${items.length}\r\n${items.join("")}`),
  map: fc
    .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
    .map((entries) => `%${entries.length}\r\n${entries.flat().join("")}`),
  // What is said of a value stands before it.
  noted: fc
    .tuple(fc.array(fc.tuple(simple, simple), { maxLength: 2 }), tie("value"))
    .map(([notes, noted]) => `|${notes.length}\r\n${notes.flat().join("")}${noted}`),
}));
const push = fc
  .array(value, { minLength: 1, maxLength: 3 })
  .map((items) => ({ push: true, text: `>${items.length}\r\n${items.join("")}` }));
const answer = fc.oneof(
  value.map((text) => ({ push: false, text })),
  push,
);

describe("a stream of answers", () => {
  test("comes out answer by answer, however it is cut, and nothing of it is changed", () => {
    fc.assert(
      fc.property(
        fc.array(answer, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (answers, cuts) => {
          const stream = Buffer.from(answers.map(({ text }) => text).join(""), "latin1");
          expect(scan(stream, cuts)).toEqual(answers.map((one) => (one.push ? `!${one.text}` : one.text)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("has pushes only outside of answers", () => {
    expect(scan(Buffer.from("*1\r\n>1\r\n+a\r\n>1\r\n+b\r\n"), [100])).toEqual([
      "*1\r\n>1\r\n+a\r\n",
      "!>1\r\n+b\r\n",
    ]);
  });

  test("large answers go on piece by piece", () => {
    const scanner = new ReplyScanner();
    const sizes: number[] = [];
    const take = ({ bytes, isLast }: ReplyPiece) => void sizes.push(isLast ? -bytes.length : bytes.length);
    scanner.push(Buffer.from("$3000\r\n"), take);
    for (let i = 0; i < 3; i++) scanner.push(Buffer.alloc(1_000), take);
    scanner.push(Buffer.from("\r\n+OK\r\n"), take);
    expect(sizes).toEqual([7, 1_000, 1_000, 1_000, -2, -5]);
  });

  const bad: Readonly<Record<string, string>> = {
    "a text protocol": "HTTP/1.1 200 OK\r\n",
    "a length that is no number": "$abc\r\n",
    "a length without end": `$${"1".repeat(40)}`,
    "lists in lists without end": "*1\r\n".repeat(2_000),
  };
  test.each(Object.entries(bad))("is refused if Redis would not send it: %s", (_, text) => {
    expect(() => scan(Buffer.from(text), [1_000_000])).toThrow("an answer of Redis");
  });

  test("never makes the scanner do anything but take it or refuse it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          new ReplyScanner().push(Buffer.from(bytes), () => {});
        } catch (error) {
          expect((error as { code?: string }).code).toBe("protocol_error");
        }
      }),
    );
  });
});
