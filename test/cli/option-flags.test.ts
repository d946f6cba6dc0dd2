import { expect, test } from "bun:test";
import { defineCommand } from "../../src/cli/command.ts";
import { addOptionFlags, loadCommandConfig } from "../../src/cli/option-flags.ts";
import { OPTION_ENTRIES } from "../../src/config/options.ts";
import { runCommand } from "./cli-rig.ts";

/** Prints what it got. */
const show = defineCommand({
  name: "show",
  description: "Show.",
  examples: [["show", "show"]],
  configure: (command) => addOptionFlags(command, "serve"),
  action(context, command) {
    const { config } = loadCommandConfig(context, command, "serve");
    const { kafkaTopic, websocketPort, adminToken, dlqIncludeFullPayload } = config;
    context.printer.json({ kafkaTopic, websocketPort, adminToken, dlqIncludeFullPayload });
    return 0;
  },
});

test("every option of a command is a flag of it", async () => {
  const { stdout } = await runCommand([show], ["show", "--help"]);
  for (const [, option] of OPTION_ENTRIES) {
    expect([option.flag, stdout.includes(` ${option.flag} `)]).toEqual([
      option.flag,
      option.commands.includes("serve"),
    ]);
  }
});

test("a flag wins over its variable, a switch may stand alone, a secret comes from a file", async () => {
  const args = ["--kafka-topic", "flag", "--dlq-include-full-payload", "--admin-token-file", "/run/token"];
  const { stdout } = await runCommand([show], ["show", ...args], {
    env: { KAFKA_TOPIC: "env", WEBSOCKET_PORT: "8080" },
    context: { readFile: (path) => `content of ${path}\n` },
  });
  expect(JSON.parse(stdout)).toEqual({
    kafkaTopic: "flag",
    websocketPort: 8080,
    adminToken: "content of /run/token",
    dlqIncludeFullPayload: true,
  });
});

test("a wrong flag exits 2 and is named as it was typed; warnings do not stop a command", async () => {
  const wrong = await runCommand([show], ["show", "--websocket-port", "x"]);
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
  expect(wrong.stderr).toStartWith('error: --websocket-port is "x", expected a port');
  const warned = await runCommand([show], ["show"], { env: { KAFKA_NONSENSE: "1" } });
  expect(warned.exitCode).toBe(0);
  expect(warned.stderr).toContain("warning: KAFKA_NONSENSE");
});

test("the help of a secret names the variable of its path, and a client's help says whose address it is", async () => {
  const help = async (name: "serve" | "tail") => {
    const command = defineCommand({
      name: "show",
      description: "Show.",
      examples: [["show", "show"]],
      configure: (command) => addOptionFlags(command, name),
      action: () => 0,
    });
    return (await runCommand([command], ["show", "--help"])).stdout;
  };
  expect(await help("serve")).toMatch(/--admin-token-file <path> .*\(ADMIN_TOKEN_FILE\)/);
  expect(await help("serve")).toContain("Port to listen on; 0 picks a free one.");
  expect(await help("tail")).toContain("Port on which the server listens. (WEBSOCKET_PORT,");
});
