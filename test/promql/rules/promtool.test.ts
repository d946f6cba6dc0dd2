// promtool 3 agrees on the states of alerts, their labels and annotations, and every series that rules write.

import { expect, test } from "bun:test";
import { describeReal } from "../../support/real-components.ts";
import { generatedScene } from "./generated-scene.ts";
import { differences, type RuleScene } from "./promtool-rig.ts";
import { SCENES } from "./scenes.ts";
import { templateScene } from "./template-scene.ts";

describeReal("promtool3", "promtool agrees", () => {
  test.each(Object.entries(SCENES))("%s", (_, scene: RuleScene) => {
    expect(differences(scene)).toBe("");
  });

  test("on every template", () => {
    expect(differences(templateScene())).toBe("");
  });

  test.each(Array.from({ length: 25 }, (_, seed) => seed))("on generated rules, seed %d", (seed) => {
    expect(differences(generatedScene(seed))).toBe("");
  });
});
