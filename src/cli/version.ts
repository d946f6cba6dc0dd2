// `dashstream version`: what was built, and on what it runs.

import { defineCommand } from "./command.ts";

export const versionCommand = defineCommand({
  name: "version",
  description: "Print version, commit, build date and runtime.",
  examples: [
    ["version", "for people"],
    ["version --json", "for programs"],
  ],
  configure: (command) => {
    command.option("--json", "one JSON object");
  },
  action({ printer, build }, command) {
    if (command.opts().json) {
      const { version, gitSha, buildDate, runtime } = build;
      printer.json({ version, git_sha: gitSha, build_date: buildDate, runtime });
    } else {
      printer.line(
        `dashstream ${build.version} (commit ${build.gitSha}, built ${build.buildDate}, ${build.runtime})`,
      );
    }
    return 0;
  },
});
