// A port on which nothing listens, as each runtime tells it.

import { describe, expect, test } from "bun:test";
import { isRefused } from "../../src/runtime/refused.ts";

const DENO =
  "error sending request for url (http://127.0.0.1:1/): client error (Connect): tcp connect error: Connection refused (os error 111)";
const coded = (code: string) => Object.assign(new Error("no words"), { code });

describe("a connection is refused", () => {
  test.each([
    ["by a code of the system", coded("ECONNREFUSED")],
    ["by a code of Bun", coded("ConnectionRefused")],
    ["by the text of Deno, which has no code", new TypeError("fetch failed", { cause: new Error(DENO) })],
    ["by the code of a cause", new TypeError("fetch failed", { cause: coded("ECONNREFUSED") })],
  ])("%s", (_, error) => {
    expect(isRefused(error)).toBe(true);
  });

  test.each([
    ["another code", coded("ECONNRESET")],
    ["words", new Error("Connection refused")],
    ["another number of the system", new Error(DENO.replace("111", "113"))],
    ["no error", DENO],
  ])("and not by %s", (_, error) => {
    expect(isRefused(error)).toBe(false);
  });
});
