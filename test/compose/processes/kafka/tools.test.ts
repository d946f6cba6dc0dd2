// Kafka moves its tools from release to release; a command whose class is gone fails only when somebody needs it.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kafkaJarsDir } from "../../../../compose/processes/kafka/releases.ts";
import { toolClasses } from "../../../../compose/processes/kafka/tools.ts";
import { describeRealEach } from "../../../support/real-components.ts";

describeRealEach(["kafka-3.9", "kafka-4"], "the tools of Kafka", (component) => {
  test("are classes of that release", () => {
    const dir = kafkaJarsDir(component);
    const jars = readdirSync(dir).filter((name) => name.endsWith(".jar"));
    // The names of entries stand in a zip file as they are.
    const contents = jars.map((name) => readFileSync(join(dir, name)));
    const missing = [...toolClasses(component)].filter(([, className]) => {
      const entry = `${className.replaceAll(".", "/")}.class`;
      return className !== "" && !contents.some((jar) => jar.includes(entry));
    });
    expect(missing).toEqual([]);
  });
});
