// Ports that a service publishes, in the short and the long form of the Compose Specification.

import { DashstreamError } from "../../../src/errors.ts";

/** One TCP port. */
export interface ServicePort {
  /** Where it listens. */
  readonly target: number;
  /** Where it can be reached from this machine; `null`: the engine would choose. */
  readonly published: number | null;
}

type PortEntry =
  | string
  | {
      readonly target: string;
      readonly published?: string | undefined;
      readonly protocol?: string | undefined;
    };

/** An address may stand in front, ranges are written with a hyphen, a protocol at the end. */
const SHORT = /^(?:(?:\[[^\]]*\]|\d+(?:\.\d+){3}):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/;

/** The ports of one entry; UDP is left out. @throws DashstreamError `config_invalid` */
export function parsePorts(entry: PortEntry): readonly ServicePort[] {
  if (typeof entry !== "string") {
    return entry.protocol === "udp" ? [] : pair(entry.target, entry.published, entry.target);
  }
  const match = SHORT.exec(entry);
  if (match === null) throw invalid(entry);
  const [, published, target = "", protocol] = match;
  return protocol === "udp" ? [] : pair(target, published, entry);
}

function pair(target: string, published: string | undefined, entry: string): readonly ServicePort[] {
  const targets = range(target);
  const publishedPorts = published === undefined || published === "" ? null : range(published);
  if (publishedPorts !== null && publishedPorts.length !== targets.length) throw invalid(entry);
  return targets.map((port, index) => ({ target: port, published: publishedPorts?.[index] ?? null }));
}

function range(text: string): readonly number[] {
  const [first, last = first] = text.split("-").map(Number);
  if (first === undefined || last === undefined || !(first >= 1 && last >= first && last <= 65_535)) {
    throw invalid(text);
  }
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function invalid(entry: string): DashstreamError {
  return new DashstreamError(
    "config_invalid",
    `ports: "${entry}", expected PORT, HOST_PORT:PORT or ADDRESS:HOST_PORT:PORT, each from 1 to 65535`,
  );
}
