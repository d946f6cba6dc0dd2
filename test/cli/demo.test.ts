import { describe, expect, test } from "bun:test";
import { demoCommand } from "../../src/cli/demo.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { runCommand, startCommandLine } from "./cli-rig.ts";

const env = { WEBSOCKET_PORT: "0" };

describe("demo", () => {
  test("shows addresses and progress until it is interrupted, then the account", async () => {
    const run = startCommandLine([demoCommand], ["demo", "--rate", "500"], { env });
    await run.stdout.shows(/delivered [1-9]/);
    const [, origin] = await run.stdout.shows(/health +(http:\S+)\/health/);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    expect(run.stderr.text).toBe("");
    const account = /everything was delivered once: produced (\d+), delivered (\d+), lost 0, duplicated 0/;
    const [, produced, delivered] = account.exec(run.stdout.text) ?? [];
    expect(Number(produced)).toBeGreaterThan(0);
    expect(delivered).toBe(produced ?? "");
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
  });

  test("with a duration ends by itself and gives programs one object and nothing else", async () => {
    const args = ["demo", "--rate", "500", "--demo-seconds", "1", "--json"];
    const { exitCode, stdout, stderr } = await runCommand([demoCommand], args, { env });
    expect([exitCode, stderr]).toEqual([0, ""]);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ lost: 0, duplicated: 0, gaps: 0, dead_letters: 0, unsent: 0 });
    expect(summary.produced).toBeGreaterThan(0);
    expect(summary.delivered).toBe(summary.produced);
  });

  test("does not take another port than the one that was asked for", async () => {
    const blocker = await serveHttp({
      hostname: "127.0.0.1",
      port: 0,
      maxFrameBytes: 1024,
      maxBufferedBytes: 1024,
      fetch: () => new Response("taken"),
    });
    const { exitCode, stderr } = await runCommand([demoCommand], ["demo"], {
      env: { WEBSOCKET_PORT: String(blocker.port) },
    });
    await blocker.stop();
    expect(exitCode).toBe(1);
    expect(stderr).toStartWith(`error: cannot listen on 127.0.0.1:${blocker.port}`);
  });
});
