import { describe, expect, test } from "bun:test";
import { configCommand } from "../../src/cli/config.ts";
import { optionReference } from "../../src/config/docs.ts";
import { runCommand } from "./cli-rig.ts";

const config = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand([configCommand], ["config", ...args], { env });

describe("config check", () => {
  test("exits 0 on a good environment and says what was given", async () => {
    const { exitCode, stdout, stderr } = await config(["check"], { KAFKA_TOPIC: "t" });
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^configuration is valid: 1 given, \d+ by default\n$/);
  });

  test("exits 2 on a wrong value, naming variable, value and what was expected", async () => {
    const { exitCode, stdout, stderr } = await config(["check"], { WEBSOCKET_PORT: "http" });
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toBe('error: WEBSOCKET_PORT is "http", expected a port from 0 to 65535\n');
  });

  test("warns of settings without effect, and refuses them if strict", async () => {
    const env = { KAFKA_TOPICC: "t" };
    const lenient = await config(["check"], env);
    expect(lenient.exitCode).toBe(0);
    expect(lenient.stderr).toContain(
      "warning: KAFKA_TOPICC is not a known setting; did you mean KAFKA_TOPIC?",
    );
    const strict = await config(["check", "--strict"], env);
    expect([strict.exitCode, strict.stdout]).toEqual([2, ""]);
    expect(strict.stderr).toContain("KAFKA_TOPICC");
  });

  test("answers programs with one object", async () => {
    const { stdout, stderr } = await config(["check", "--json"], { KAFKA_TOPICC: "t", KAFKA_TOPIC: "t" });
    expect(stderr).toBe("");
    const answer = JSON.parse(stdout);
    expect([answer.valid, answer.given, answer.warnings.length]).toEqual([true, 1, 1]);
  });

  test("answers programs with one object also when something is wrong", async () => {
    const { exitCode, stdout, stderr } = await config(["check", "--json"], { WEBSOCKET_PORT: "http" });
    expect([exitCode, stderr]).toEqual([2, ""]);
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      problems: ['WEBSOCKET_PORT is "http", expected a port from 0 to 65535'],
    });
    const two = await config(["check", "--json"], { WEBSOCKET_PORT: "http", LOG_LEVEL: "loud" });
    expect(JSON.parse(two.stdout).problems).toEqual([
      expect.stringMatching(/^WEBSOCKET_PORT is "http"/),
      expect.stringMatching(/^LOG_LEVEL is "loud"/),
    ]);
  });
});

describe("config print", () => {
  test("shows values and where they came from, and never a secret", async () => {
    const env = { KAFKA_TOPIC: "my-topic", ADMIN_TOKEN: "hunter2" };
    const text = await config(["print"], env);
    expect(text.stdout).toMatch(/KAFKA_TOPIC +my-topic +KAFKA_TOPIC\n/);
    const json = await config(["print", "--json"], env);
    expect(JSON.parse(json.stdout).KAFKA_TOPIC.value).toBe("my-topic");
    expect(`${text.stdout}${json.stdout}`).not.toContain("hunter2");
  });
});

test("config print --for a command shows its options and their defaults there", async () => {
  const { stdout } = await config(["print", "--for", "exporter", "--json"]);
  const shown = JSON.parse(stdout);
  expect(shown.KAFKA_GROUP_ID.value).toBe("prometheus-exporter");
  expect("WEBSOCKET_PORT" in shown).toBe(false);
  expect((await config(["print", "--for", "nothing"])).exitCode).toBe(2);
});

test("config docs prints the reference", async () => {
  expect(await config(["docs"])).toEqual({ exitCode: 0, stdout: optionReference(), stderr: "" });
});
