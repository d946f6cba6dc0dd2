import { describe, expect, test } from "bun:test";
import { parseDotenv } from "../../../../compose/processes/compose-file/dotenv.ts";
import { interpolate } from "../../../../compose/processes/compose-file/interpolation.ts";

const VARIABLES = { HOST: "kafka", EMPTY: "", PORT: "9092" };

describe("variables of a compose file", () => {
  test.each([
    ["$HOST:$PORT", "kafka:9092"],
    ["${HOST}-1", "kafka-1"],
    ["${NONE}", ""],
    ["${NONE:-nine}", "nine"],
    ["${EMPTY:-nine}", "nine"],
    ["${EMPTY-nine}", ""],
    ["${NONE-nine}", "nine"],
    ["${HOST:-nine}", "kafka"],
    ["${NONE:-${ALSO:-$HOST}}!", "kafka!"],
    ["${HOST:+there}${NONE:+not there}", "there"],
    ["${EMPTY+there}${EMPTY:+not there}", "there"],
    ["${HOST:?must be set}", "kafka"],
    ["costs $$5 and $${HOST}", "costs $5 and ${HOST}"],
    ["${NONE-http://jaeger:4318}", "http://jaeger:4318"],
    ["${HEAP:--Xms256m -Xmx512m}", "-Xms256m -Xmx512m"],
  ])("%s is %s", (text, expected) => {
    expect(interpolate(text, VARIABLES)).toBe(expected);
  });

  test("are missed where the file demands them", () => {
    expect(() => interpolate("${NONE:?set it in .env}", VARIABLES)).toThrow(
      "variable NONE is not set: set it in .env",
    );
    expect(() => interpolate("${EMPTY:?}", VARIABLES)).toThrow("variable EMPTY is not set");
    expect(interpolate("${EMPTY?}", VARIABLES)).toBe("");
  });

  test.each(["${HOST", "${}", "a $ b", "${HOST!x}", "${NONE:-${HOST}"])("%s is refused", (text) => {
    expect(() => interpolate(text, VARIABLES)).toThrow(text);
  });
});

test("a .env file gives names, quoted texts and no comments", () => {
  const text = [
    "# a comment",
    "PLAIN=one two   # and why",
    "export EXPORTED=yes",
    "SINGLE='$not # a comment'",
    'DOUBLE="two\\nlines"',
    "HASH=a#b",
    "EMPTY=",
    "no assignment",
  ].join("\r\n");
  expect(parseDotenv(text)).toEqual({
    PLAIN: "one two",
    EXPORTED: "yes",
    SINGLE: "$not # a comment",
    DOUBLE: "two\nlines",
    HASH: "a#b",
    EMPTY: "",
  });
});
