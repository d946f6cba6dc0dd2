import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFile } from "../../src/dlq/file-lock.ts";
import type { Processes } from "../../src/runtime/process-identity.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dashstream-lock-"));
  path = join(folder, "ledger.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Process `pid`, in whose eyes those of `running` are alive. */
function processes(
  pid: number,
  running: readonly number[] = [],
  elsewhere: readonly number[] = [],
): Processes {
  return {
    own: () => ({ pid, place: "here", startedAt: null }),
    of: (other) => ({ pid: other, place: "here", startedAt: null }),
    state: (identity) =>
      elsewhere.includes(identity.pid) ? "unknown" : running.includes(identity.pid) ? "running" : "gone",
  };
}

const take = (who: Processes) => lockFile(path, "the ledger", who);

describe("a lock", () => {
  test("names its owner, and is gone when it is released", () => {
    const lock = take(processes(1));
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ pid: 1, place: "here", startedAt: null });
    lock.release();
    expect(existsSync(path)).toBe(false);
    expect(take(processes(2)).takenFrom).toBe(null);
  });

  test("that is held is refused, naming the process", () => {
    take(processes(1));
    expect(() => take(processes(2, [1]))).toThrow("the ledger is in use: process 1 holds it");
    expect(() => take(processes(1, [1]))).toThrow("process 1 holds it");
  });

  test("of a dead process is taken over", () => {
    take(processes(1));
    const lock = take(processes(2, [2]));
    expect(lock.takenFrom).toMatchObject({ pid: 1 });
    expect(() => take(processes(3, [2]))).toThrow("process 2 holds it");
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  test("of a process elsewhere is respected, and the file named", () => {
    take(processes(1));
    expect(() => take(processes(2, [], [1]))).toThrow(`remove ${path} if that process is gone`);
  });

  test("that says nothing is respected, and the file named", () => {
    for (const content of ["", "{", "[]", '{"pid":"x"}']) {
      writeFileSync(path, content);
      expect(() => take(processes(2))).toThrow(`${path} does not say by whom`);
    }
  });

  test("is taken over by one at a time", () => {
    take(processes(1));
    // Process 2 has found process 1 dead and is about to remove its lock.
    writeFileSync(`${path}.takeover`, JSON.stringify(processes(2).own()));
    expect(() => take(processes(3, [2]))).toThrow("process 2 holds it");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: 1 });
    // Process 2 died there.
    expect(() => take(processes(3))).toThrow(`remove that file`);
  });

  test("is not removed if it changed hands in the meantime", () => {
    take(processes(1));
    let asked = 0;
    const slow: Processes = {
      ...processes(3, [2]),
      state(identity) {
        asked++;
        // After the first look another process took the lock over.
        if (asked === 1) setLock(2, identity.pid);
        return identity.pid === 2 ? "running" : "gone";
      },
    };
    const setLock = (pid: number, _: number) => writeFileSync(path, JSON.stringify(processes(pid).own()));
    expect(() => take(slow)).toThrow("process 2 holds it");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: 2 });
    expect(existsSync(`${path}.takeover`)).toBe(false);
  });
});
