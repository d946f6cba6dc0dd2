// What was built, and on what it runs. Commit and date are put in at build time by
// `bun build --define DASHSTREAM_GIT_SHA='"..."' --define DASHSTREAM_BUILD_DATE='"..."'`.

import manifest from "../../package.json" with { type: "json" };

declare const DASHSTREAM_GIT_SHA: string | undefined;
declare const DASHSTREAM_BUILD_DATE: string | undefined;

export interface BuildInfo {
  /** Version of dashstream. */
  readonly version: string;
  /** Commit, or `unknown` when run from a source tree. */
  readonly gitSha: string;
  /** ISO 8601 date of the build, or `unknown`. */
  readonly buildDate: string;
  /** Name and version of the JavaScript runtime, for example `bun 1.4.5`. */
  readonly runtime: string;
}

function runtimeName(): string {
  const { versions } = process;
  if (versions.bun !== undefined) return `bun ${versions.bun}`;
  return versions.deno !== undefined ? `deno ${versions.deno}` : `node ${versions.node}`;
}

/** This program. */
export const buildInfo: BuildInfo = {
  version: manifest.version,
  gitSha: typeof DASHSTREAM_GIT_SHA === "string" ? DASHSTREAM_GIT_SHA : "unknown",
  buildDate: typeof DASHSTREAM_BUILD_DATE === "string" ? DASHSTREAM_BUILD_DATE : "unknown",
  runtime: runtimeName(),
};
