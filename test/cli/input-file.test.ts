import { expect, test } from "bun:test";
import { readInputFile } from "../../src/cli/input-file.ts";

test("a file that can be read comes with its name", () => {
  expect(readInputFile(() => "up 1", "up.txt")).toEqual({ file: "up.txt", text: "up 1" });
});

test("one that cannot is wrong usage; the error keeps the cause, and nothing in the name reaches a terminal", () => {
  const cause = new Error("ENOENT: no such file");
  const read = () =>
    readInputFile(() => {
      throw cause;
    }, "up\u001b[2J.txt");
  expect(read).toThrow(
    expect.objectContaining({ code: "usage", message: "up\u{fffd}[2J.txt cannot be read", cause }),
  );
});
