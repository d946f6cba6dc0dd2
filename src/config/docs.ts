// The reference of all options as Markdown, made from the table.

import { type OptionDefinition, secretFileName } from "./option.ts";
import { SECTIONS } from "./options.ts";
import { RESERVED_SETTINGS } from "./reserved.ts";

const INTRODUCTION = `# Options

Made from the option table by \`bun src/config/generate.ts\`; do not edit.

Each option is a variable of the environment and a flag; the flag wins. An empty variable counts as not set. A
secret can be given as a file, named by the variable with \`_FILE\` or by the flag, and has no flag for the value
itself. A wrong value stops the program with a message that names it; nothing is replaced by a default silently.
`;

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function shownDefault(option: OptionDefinition): string {
  const others = Object.entries(option.defaultFor ?? {}).map(
    ([command, text]) => `; ${command}: \`${text}\``,
  );
  return `${generalDefault(option)}${others.join("")}`;
}

function generalDefault({ default: fallback }: OptionDefinition): string {
  if (fallback === null || fallback === "") return "not set";
  return typeof fallback === "string" ? `\`${fallback}\`` : fallback.described;
}

function row(option: OptionDefinition): string {
  const [name, ...aliases] = option.env;
  const names = [name, ...(option.secret ? [secretFileName(name)] : []), ...aliases];
  const cells = [
    `${names.map((one) => `\`${one}\``).join(", ")}<br>\`${option.flag}\``,
    shownDefault(option),
    option.kind.expected,
    option.help,
    option.commands.join(", "),
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** The whole reference. */
export function optionReference(): string {
  const sections = SECTIONS.map(({ title, options }) =>
    [
      `## ${title}\n`,
      "| option | default | expected | meaning | commands |",
      "|---|---|---|---|---|",
      ...Object.values(options).map(row),
      "",
    ].join("\n"),
  );
  const reserved = [
    "## Settings without effect\n",
    "Setting one of these is a warning, and an error in a strict check. So is any other variable that begins with",
    "`DASHSTREAM_`, `KAFKA_`, `WEBSOCKET_` or `TENANT_RATE_` and is not listed above.\n",
    "| variable | |",
    "|---|---|",
    ...RESERVED_SETTINGS.map(({ name, why }) => `| \`${name}\` | ${cell(why)} |`),
    "",
  ].join("\n");
  return [INTRODUCTION, ...sections, reserved].join("\n");
}
