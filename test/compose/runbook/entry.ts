// What the table says of each block: the situation that it is written for, whether it works, and what it must print then.

import type { Edition } from "./blocks.ts";
import type { Check } from "./checks.ts";
import type { Site } from "./site.ts";

/**
 * Within a situation: while its alert fires, as what ends it, and when the alert is gone.
 */
export type Phase = "firing" | "remedy" | "cured";

/** Something that is typed differently by the test, and why. */
export interface Altered {
  /** What stands in the runbook, and what is typed instead; `<name>` is a fact of the situation. */
  readonly parts: Readonly<Record<string, string>>;
  readonly because: string;
}

/** Of what stands between empty lines in a block. */
export interface PieceEntry {
  /** `fails` fails here and everywhere; the corrected form is in our pages. */
  readonly verdict: "works" | "fails" | "no command";
  /** Why it fails, or is no command. */
  readonly because?: string;
  /** Where the corrected form is. */
  readonly instead?: string;
  readonly altered?: Altered;
  /** The situation that it is written for. */
  readonly in?: string;
  readonly when?: Phase;
  readonly check: Check;
  /** What it prints once the alert is gone; then it is run a second time. */
  readonly afterwards?: Check;
  /** Alerts that it shows: they fire again by then if something that came before has ended them for a moment. */
  readonly shows?: readonly string[];
  /** What an operator does besides, such as changing a file, just before it is run. */
  readonly before?: (site: Site) => Promise<void> | void;
  /** It cures: the alerts of the situation that clear by it, and by nothing else. */
  readonly cures?: readonly string[];
}

export type PlacedEntry = PieceEntry & Required<Pick<PieceEntry, "in" | "when">>;

export interface BlockEntry {
  readonly edition: Edition;
  readonly page: string;
  readonly section: string;
  readonly number: number;
  readonly pieces: readonly PlacedEntry[];
}

type Options = Omit<PieceEntry, "verdict" | "check" | "because" | "instead">;

export function works(check: Check, options: Options = {}): PieceEntry {
  return { ...options, verdict: "works", check };
}

/** @param instead the page of ours that has the corrected form */
export function fails(because: string, instead: string, check: Check, options: Options = {}): PieceEntry {
  return { ...options, verdict: "fails", because, instead, check };
}

export function noCommand(because: string, check: Check, options: Options = {}): PieceEntry {
  return { ...options, verdict: "no command", because, check };
}

/** By section, a block after the other; one of several pieces is a list of them. */
export type Sections = Readonly<Record<string, readonly (PieceEntry | readonly PieceEntry[])[]>>;

/** Blocks of a page of ours; what says nothing else is written for `situation`. */
export function ours(page: string, situation: string, sections: Sections): readonly BlockEntry[] {
  return blocksOf("ours", page, situation, sections);
}

/** Blocks under a heading of the printed runbook; the section is the bold label before them, if there is one. */
export function printed(page: string, situation: string, sections: Sections): readonly BlockEntry[] {
  return blocksOf("printed", page, situation, sections);
}

function blocksOf(
  edition: Edition,
  page: string,
  situation: string,
  sections: Sections,
): readonly BlockEntry[] {
  return Object.entries(sections).flatMap(([section, blocks]) =>
    blocks.map((block, index) => {
      const pieces: readonly PieceEntry[] = Array.isArray(block) ? block : [block];
      const when: Phase = section === "Remediation" ? "remedy" : "firing";
      return {
        edition,
        page,
        section,
        number: index + 1,
        pieces: pieces.map((piece) => ({ in: situation, when, ...piece })),
      };
    }),
  );
}
