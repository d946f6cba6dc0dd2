// `docker inspect`: what is known of a container as JSON, or single values of it by the simplest of Go's templates, which
// are paths such as `{{.State.Status}}`.

import { systemClock } from "../../../../src/runtime/clock.ts";
import { isoTime } from "../../../../src/runtime/time-text.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { complain, print } from "../terminal.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import {
  exitCodeOf,
  findContainer,
  healthOf,
  type ListedContainer,
  listedContainers,
  stateOf,
} from "./containers.ts";

export const INSPECT_FLAGS: readonly FlagSpec[] = [{ name: "format", short: "f", takes: "value" }];

interface Tree {
  readonly [key: string]: unknown;
}

export async function inspect(stack: Stack, flags: ParsedFlags): Promise<number> {
  const format = flags.last("format");
  const listed = await listedContainers(stack, true);
  const nowMs = systemClock.nowMs();
  const found: Tree[] = [];
  const complaints: string[] = [];
  let exitCode = 0;
  for (const word of flags.words) {
    try {
      const row = listed.find(({ container }) => container.name === nameOf(stack, word));
      if (row === undefined) throw new ToolFailure(`error: no such object: ${word}`, 1);
      const container = describe(row, nowMs);
      if (format === null) found.push(container);
      else print(filled(format, container));
    } catch (error) {
      // One that cannot be shown keeps no other from its turn.
      if (!(error instanceof ToolFailure)) throw error;
      complaints.push(error.message);
      ({ exitCode } = error);
    }
  }
  if (format === null) print(JSON.stringify(found, null, 4));
  for (const complaint of complaints) complain(complaint);
  return exitCode;
}

/** `null`: there is no such container. */
function nameOf(stack: Stack, word: string): string | null {
  try {
    return findContainer(stack, word).name;
  } catch (error) {
    if (error instanceof ToolFailure) return null;
    throw error;
  }
}

/** The part of what an engine tells that a process has, too. Its variables are those that `docker exec` sees. */
function describe(row: ListedContainer, nowMs: number): Tree {
  const { container, status } = row;
  const { launch, overrides } = container.plan;
  const state = stateOf(status);
  const health = healthOf(row, nowMs);
  return {
    Id: container.id,
    Name: `/${container.name}`,
    State: {
      Status: state,
      Running: state === "running",
      Pid: status.process?.pid ?? 0,
      ExitCode: exitCodeOf(status),
      StartedAt: status.startedAtMs === null ? NEVER : isoTime(status.startedAtMs),
      ...(health === null ? {} : { Health: { Status: health } }),
    },
    Config: {
      Env: Object.entries({ ...launch.env, ...overrides }).map(([name, value]) => `${name}=${value}`),
      Image: container.plan.image,
    },
  };
}

/** Go's zero time. */
const NEVER = "0001-01-01T00:00:00Z";

/** @throws ToolFailure for what is no path, or leads to nothing here */
function filled(template: string, container: Tree): string {
  const text = template.replaceAll(/\{\{\s*((?:\.\w+)+)\s*\}\}/g, (_, path: string) =>
    valueAt(container, path),
  );
  if (!text.includes("{{")) return text;
  throw notHere(`the template '${template}', only paths such as {{.State.Status}}`);
}

function valueAt(container: Tree, path: string): string {
  let value: unknown = container;
  for (const key of path.slice(1).split(".")) {
    // As the tool says of what has no health check.
    if (key === "Health" && isTree(value) && !(key in value)) {
      throw new ToolFailure(
        `template parsing error: template: :1: executing "" at <${path}>: map has no entry for key "Health"`,
        1,
      );
    }
    value = isTree(value) ? value[key] : undefined;
  }
  if (value === null) throw notHere(`{{${path}}} of what has ended`);
  if (value === undefined || typeof value === "object") throw notHere(`{{${path}}} as a value`);
  return String(value);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
