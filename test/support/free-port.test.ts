import { expect, spyOn, test } from "bun:test";
import { freePort } from "./free-port.ts";

test("no port is given twice, even if it is drawn again before anybody listens on it", async () => {
  const draws = [0.5, 0.5];
  const draw = Math.random;
  const random = spyOn(Math, "random").mockImplementation(() => draws.shift() ?? draw());
  try {
    const first = await freePort();
    expect(await freePort()).not.toBe(first);
  } finally {
    random.mockRestore();
  }
});
