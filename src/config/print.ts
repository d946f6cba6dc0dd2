// Shows the configuration in force and where each value came from. Secrets are never shown.

import type { Setting } from "./load.ts";
import type { Origin } from "./source.ts";

const HIDDEN = "(set, not shown)";
const NOT_SET = "(not set)";

function shownValue({ option, text }: Setting): string {
  if (text === null || text === "") return NOT_SET;
  return option.secret ? HIDDEN : text;
}

function shownOrigin(origin: Origin): string {
  switch (origin.from) {
    case "default":
      return "default";
    case "env":
    case "flag":
      return origin.name;
    case "file":
      return `${origin.name} (${origin.path})`;
  }
}

/** Lines of variable, value and origin in columns. */
export function configText(settings: readonly Setting[]): string {
  const rows = settings.map((setting) => [
    setting.option.name,
    shownValue(setting),
    shownOrigin(setting.origin),
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [names, values] = [width(0), width(1)];
  return rows
    .map(
      ([name = "", value = "", origin = ""]) => `${name.padEnd(names)}  ${value.padEnd(values)}  ${origin}\n`,
    )
    .join("");
}

/** A JSON object by variable: `value` as it would be written in the environment, `null` if not set. */
export function configJson(settings: readonly Setting[]): string {
  const entries = settings.map((setting) => {
    const { option, text, origin } = setting;
    const value = text === null || text === "" ? null : shownValue(setting);
    return [option.name, { value, ...(option.secret ? { secret: true } : {}), origin }];
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
