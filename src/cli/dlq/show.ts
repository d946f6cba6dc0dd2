// `dashstream dlq show`: all that one dead letter says, and the bad record in it or at its source.

import type { Command } from "commander";
import { type DeadLetterView, placeOf } from "../../dlq/letter.ts";
import type { Restored } from "../../dlq/original-record.ts";
import { DashstreamError } from "../../errors.ts";
import { defineCommand } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { addOptionFlags } from "../option-flags.ts";
import { letterDetails, letterDetailsJson } from "./letter-details.ts";
import { type DlqSession, withDlq } from "./session.ts";

export const showCommand = defineCommand({
  name: "show",
  description: [
    "Show everything about one dead letter.",
    "",
    "A value that the letter does not hold is read from its source, if that is still there and has the SHA-256 of the letter.",
  ].join("\n"),
  examples: [
    ["dlq show 0:17", "the letter at offset 17 of partition 0"],
    ["dlq show 0:17 --json", "the same as one JSON object, bytes in base64"],
  ],
  configure: (command) => {
    command
      .argument("<partition:offset>", "place in the dead-letter topic, as ls prints it")
      .option("--json", "one JSON object");
    addOptionFlags(command, "dlq");
  },
  action: (context, command) => withDlq(context, command, (session) => show(context, command, session)),
});

async function show({ printer }: CliContext, command: Command, session: DlqSession): Promise<ExitCode> {
  const { partition, offset } = parsePlace(command.args[0] ?? "");
  const letter = await letterAt(session, partition, offset);
  const restored = await restoredOf(letter, session);
  const { viewRecord } = await import("../message-view.ts");
  const value = restored.ok ? restored.original.value : null;
  const message = value === null ? null : viewRecord({ value });
  if (command.opts().json) printer.json(letterDetailsJson(letter, restored, message));
  else for (const line of letterDetails(letter, restored, message, printer.colors)) printer.line(line);
  return 0;
}

function parsePlace(text: string): { readonly partition: number; readonly offset: number } {
  const match = /^(\d{1,9}):(\d{1,15})$/.exec(text);
  if (match !== null) return { partition: Number(match[1]), offset: Number(match[2]) };
  throw new DashstreamError("usage", `the place is "${text}", expected PARTITION:OFFSET, for example 0:17`);
}

async function letterAt({ source }: DlqSession, partition: number, offset: number): Promise<DeadLetterView> {
  const { lettersForward } = await import("../../dlq/read-letters.ts");
  const range = { partition, logStartOffset: offset, logEndOffset: offset + 1 };
  for await (const letter of lettersForward(source, [range])) return letter;
  throw new DashstreamError(
    "kafka_request_failed",
    `topic ${source.topic} has no record at ${partition}:${offset}`,
  );
}

async function restoredOf(letter: DeadLetterView, { source }: DlqSession): Promise<Restored> {
  if (letter.family === "unknown") {
    return { ok: false, cause: "no_payload", why: `${placeOf(letter)} is no dead letter that can be told` };
  }
  const { restoreAll } = await import("../../dlq/restore-all.ts");
  const [found] = await restoreAll(source.reader, [{ letter }], source.signal);
  if (found) return found.restored;
  throw new DashstreamError("invariant", "a letter was neither restored nor lost");
}
