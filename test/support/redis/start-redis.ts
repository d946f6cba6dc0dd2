// A real Redis for tests: its own data folder and port, nothing kept on disk, killed and started again at will. It
// never outlives the test process.

import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, spawnTied } from "../child-process.ts";
import { freePort } from "../free-port.ts";

export interface RealRedisOptions {
  /** Clients must log in with it. */
  readonly password?: string;
  /** Instead of the plain port: TLS with this certificate and key, paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface RealRedis {
  readonly host: string;
  /** The same for the whole life. */
  readonly port: number;
  /** Ends it at once, as a crash would (kill -9); its data are gone. Does nothing if it is down. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  /** Stops it where it stands: connections stay open and nothing is answered. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const READY_LINE = "Ready to accept connections";

/** Resolves when it takes connections. @throws Error with what it said if it ends before */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (output.includes(READY_LINE)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
    child.once("error", reject);
  });
}

export async function startRedis(options: RealRedisOptions = {}): Promise<RealRedis> {
  const dir = mkdtempSync(join(tmpdir(), "dashstream-redis-"));
  const port = await freePort();
  const { password, tls } = options;
  const settings = {
    bind: "127.0.0.1",
    port: tls ? "0" : String(port),
    dir,
    save: "",
    appendonly: "no",
    ...(password ? { requirepass: password } : {}),
    ...(tls
      ? {
          "tls-port": String(port),
          "tls-cert-file": tls.cert,
          "tls-key-file": tls.key,
          "tls-auth-clients": "no",
        }
      : {}),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);

  let child: ChildProcess | null = null;
  const start = async () => {
    const started = spawnTied(["redis-server", ...args], { cwd: dir, stdio: ["ignore", "pipe", "inherit"] });
    child = started;
    await ready(started);
  };
  const kill = async () => {
    const running = child;
    child = null;
    running?.kill("SIGKILL");
    if (running) await ended(running);
  };
  await start();
  return {
    host: "127.0.0.1",
    port,
    kill,
    restart: start,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    async stop() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
