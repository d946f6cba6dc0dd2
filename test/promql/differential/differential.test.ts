import { expect, test } from "bun:test";
import { describeReal } from "../../support/real-components.ts";
import { compare } from "./comparison.ts";

describeReal("promtool3", "random expressions over random series", () => {
  test.each([1, 2, 3])("give what promtool gives, seed %p", (seed) => {
    const { comparedCount, differences, outcomes } = compare(seed, 250);
    expect(differences).toEqual([]);
    expect(comparedCount).toBe(250);
    // Or there would be little to compare.
    expect(outcomes.samples).toBeGreaterThan(80);
  });
});
