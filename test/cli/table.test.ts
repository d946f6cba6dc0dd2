import { expect, test } from "bun:test";
import { tableLines } from "../../src/cli/table.ts";

test("numbers stand to the right, words to the left, and lines have no blanks at their ends", () => {
  const rows = [
    [0, "a", 1200, ""],
    [10, "long word", null, "note"],
  ];
  expect(tableLines(["partition", "name", "lag", ""], rows)).toEqual([
    "partition  name        lag",
    "        0  a          1200",
    "       10  long word     -  note",
  ]);
  expect(tableLines(["nothing", "here"], [])).toEqual(["nothing  here"]);
});
