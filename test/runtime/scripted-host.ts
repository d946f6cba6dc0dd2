// The scripted server in this process or as a Deno process, under one interface.

import { DashstreamError } from "../../src/errors.ts";
import { DENO } from "../support/real-components.ts";
import { type ServerEvent, startScriptedServer } from "./scripted-server.ts";

/** Events in the order in which they came; each can be waited for. */
class EventLog {
  readonly events: ServerEvent[] = [];
  readonly #waiters = new Set<() => void>();

  add(event: ServerEvent): void {
    this.events.push(event);
    for (const wake of [...this.#waiters]) wake();
  }

  find(socket: string, what: ServerEvent["what"]): ServerEvent | undefined {
    return this.events.find((event) => event.socket === socket && event.what === what);
  }

  /** Resolves with the first such event, also one that was before. */
  until(socket: string, what: ServerEvent["what"]): Promise<ServerEvent> {
    return new Promise((resolve) => {
      const look = () => {
        const event = this.find(socket, what);
        if (!event) return;
        this.#waiters.delete(look);
        resolve(event);
      };
      this.#waiters.add(look);
      look();
    });
  }
}

export interface ScriptedHost {
  readonly port: number;
  readonly log: EventLog;
  stopAccepting(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws DashstreamError `port_in_use` or `listen_failed` */
export type StartHost = (port?: number) => Promise<ScriptedHost>;

export const startOnBun: StartHost = async (port = 0) => {
  const log = new EventLog();
  const server = await startScriptedServer(port, (event) => log.add(event));
  return {
    port: server.port,
    log,
    stopAccepting: async () => server.stopAccepting(),
    stop: () => server.stop(),
  };
};

export const startOnDeno: StartHost = async (port = 0) => {
  const log = new EventLog();
  const script = new URL("./scripted-process.ts", import.meta.url).pathname;
  const child = Bun.spawn(
    [DENO, "run", "-A", "--no-remote", "--node-modules-dir=manual", script, String(port)],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  const started = Promise.withResolvers<number>();
  const done = new Map<string, () => void>();
  const take = (text: string) => {
    const line = JSON.parse(text);
    if ("port" in line) started.resolve(line.port);
    else if ("failed" in line)
      started.reject(new DashstreamError(line.failed, "the process could not listen"));
    else if ("done" in line) done.get(line.done)?.();
    else log.add(line);
  };
  const read = async () => {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
    started.reject(new Error("the process ended before it listened"));
  };
  void read();
  const command = (name: string) =>
    new Promise<void>((resolve) => {
      done.set(name, resolve);
      child.stdin.write(`${name}\n`);
      child.stdin.flush();
    });
  const boundPort = await started.promise;
  return {
    port: boundPort,
    log,
    stopAccepting: () => command("stopAccepting"),
    async stop() {
      await command("stop");
      child.kill();
      await child.exited;
    },
  };
};
