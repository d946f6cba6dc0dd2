// `docker compose ps`: the services that run, or all. What a call without names lists has nothing to do with profiles.

import { systemClock } from "../../../../src/runtime/clock.ts";
import { LOOPBACK } from "../../places/addresses.ts";
import {
  exitCodeOf,
  healthOf,
  type ListedContainer,
  listedContainers,
  listing,
  shortId,
  stateOf,
  statusText,
} from "../docker/containers.ts";
import type { FlagSpec } from "../flags.ts";
import { print, table, write } from "../terminal.ts";
import { notHere } from "../tool-failure.ts";
import type { ComposeCall } from "./compose.ts";
import { selectServices } from "./selection.ts";

export const COMPOSE_PS_FLAGS: readonly FlagSpec[] = [
  { name: "all", short: "a" },
  { name: "format", takes: "value" },
  { name: "quiet", short: "q" },
  { name: "services" },
];

const FORMATS = ["table", "json"];

export async function composePs(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const format = flags.last("format") ?? "table";
  if (!FORMATS.includes(format)) throw notHere(`--format '${format}' of ps, only ${FORMATS.join(" and ")}`);
  const names =
    flags.words.length === 0 ? null : new Set(selectServices(call, flags.words).map(({ name }) => name));
  const nowMs = systemClock.nowMs();
  const listed = await listedContainers(stack, flags.has("all"));
  const rows = listed.filter(({ container }) => names === null || names.has(container.name));
  if (flags.has("quiet") || flags.has("services")) {
    for (const { container } of rows) print(flags.has("services") ? container.name : container.id);
  } else if (format === "json") {
    for (const row of rows) print(JSON.stringify(asJson(row, nowMs)));
  } else {
    write("stdout", asTable(rows, nowMs));
  }
  return 0;
}

function asTable(rows: readonly ListedContainer[], nowMs: number): string {
  const cells = rows.map((row) => {
    const { container } = row;
    const { image, command, created, ports } = listing(row, nowMs);
    return [container.name, image, command, container.name, created, statusText(row, nowMs), ports];
  });
  return table(["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"], cells);
}

/** Fields as Compose 2 names them. */
function asJson(row: ListedContainer, nowMs: number): object {
  const { container, status } = row;
  const { command, created, ports } = listing(row, nowMs);
  return {
    Command: command,
    ExitCode: exitCodeOf(status),
    Health: healthOf(row, nowMs) ?? "",
    ID: shortId(container),
    Image: container.plan.image,
    Name: container.name,
    Ports: ports,
    Publishers: row.ports.map(({ target, published }) => ({
      URL: published === null ? "" : LOOPBACK,
      TargetPort: target,
      PublishedPort: published ?? 0,
      Protocol: "tcp",
    })),
    RunningFor: created,
    Service: container.name,
    State: stateOf(status),
    Status: statusText(row, nowMs),
  };
}
