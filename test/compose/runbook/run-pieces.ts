// Runs pieces of a block in one bash, as somebody would paste them one after the other: variables of one are there in the
// next, and one that fails or cannot be read keeps no other from its turn.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/runtime/clock.ts";

export interface PieceResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit codes of its last pipeline; `null` if bash could not read it, or it did not end in time. */
  readonly statuses: readonly number[] | null;
  readonly isLate: boolean;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** For all of them. */
  readonly timeoutMs: number;
}

/** As many results as pieces. */
export async function runPieces(
  pieces: readonly string[],
  options: RunOptions,
): Promise<readonly PieceResult[]> {
  const dir = mkdtempSync(join(tmpdir(), "dashstream-pieces-"));
  try {
    for (const [index, piece] of pieces.entries()) {
      writeFileSync(join(dir, `${index}.sh`), `${piece}\npiece_statuses=("\${PIPESTATUS[@]}")\n`);
    }
    const script = pieces.map((_, index) => {
      const file = `'${dir}/${index}`;
      return [
        "unset piece_statuses",
        `. ${file}.sh' >${file}.out' 2>${file}.err'`,
        `echo "\${piece_statuses[*]}" >${file}.status'`,
      ].join("\n");
    });
    writeFileSync(join(dir, "all.sh"), script.join("\n"));
    const isLate = await runScript(join(dir, "all.sh"), options);
    return pieces.map((_, index) => resultOf(join(dir, String(index)), isLate));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Resolves true if its time was up. */
async function runScript(path: string, { cwd, env, timeoutMs }: RunOptions): Promise<boolean> {
  const child = spawn("bash", [path], { cwd, env, detached: true, stdio: "ignore" });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
  let isLate = false;
  const timer = systemClock.after(timeoutMs, () => {
    isLate = true;
    // With what it has started; it leads a group of its own.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  });
  await ended;
  timer.cancel();
  return isLate;
}

function resultOf(path: string, isLate: boolean): PieceResult {
  const read = (ending: string) =>
    existsSync(`${path}.${ending}`) ? readFileSync(`${path}.${ending}`, "utf8") : "";
  const status = read("status").trim();
  return {
    stdout: read("out"),
    stderr: read("err"),
    statuses: status === "" ? null : status.split(" ").map(Number),
    isLate: isLate && status === "",
  };
}
