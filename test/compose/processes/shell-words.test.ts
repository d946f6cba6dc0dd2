import { expect, test } from "bun:test";
import { shellQuoted, shellWords } from "../../../compose/processes/shell-words.ts";

test("a command line is split as by a shell", () => {
  expect(shellWords(`a 'b c'"d \\"e" f\\ g  ""`)).toEqual(["a", 'b cd "e', "f g", ""]);
});

test.each(["plain", "", "it's", '$HOME `id` \\ "x"', "''"])("a shell reads %j back as it was", (word) => {
  const { stdout } = Bun.spawnSync(["sh", "-c", `printf %s ${shellQuoted(word)}`]);
  expect(stdout.toString()).toBe(word);
});
