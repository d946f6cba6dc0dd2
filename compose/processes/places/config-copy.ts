// Copies of configuration that is mounted from the project, with the addresses and paths in it replaced. It is known what each
// file was made from, so that a later start takes over what has changed since, and leaves alone what was changed in the copy.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Changes the text of a file; `path` is that of the original. */
export type Rewrite = (text: string, path: string) => string;

/** A file or folder of the project, and what stands for it. */
export interface CopyPlace {
  readonly source: string;
  readonly target: string;
}

export interface CopiedFile {
  /** Of the original. */
  readonly sha256: string;
  /** Whoever started the stack has given it another text, which stays whatever becomes of the original. */
  readonly isGiven?: true;
}

/** By the path of the copy. */
export type CopiedFiles = Readonly<Record<string, CopiedFile>>;

export interface CopyTexts {
  /** Puts the addresses and paths of this machine into a text. */
  readonly place: (text: string) => string;
  /** Changes files before that. */
  readonly rewrite?: Rewrite;
}

/** Makes each target a copy of its source, with nothing else in it. */
export function copyConfig(places: readonly CopyPlace[], texts: CopyTexts): CopiedFiles {
  for (const { target } of places) rmSync(target, { recursive: true, force: true });
  return updateConfig(places, {}, texts).files;
}

/**
 * Copies files whose originals have changed since `before`, and removes those whose originals are gone. Files that are no text
 * are copied as they are. A source that is not there becomes an empty folder, as with a container engine.
 */
export function updateConfig(
  places: readonly CopyPlace[],
  before: CopiedFiles,
  { place, rewrite = (text) => text }: CopyTexts,
): { readonly files: CopiedFiles; readonly changed: readonly string[] } {
  const found = places.flatMap(({ source, target }) => entriesOf(source, target));
  const originals = new Map(
    found.flatMap(({ source, target, isFile }) => (isFile ? [[target, source]] : [])),
  );
  const files: Record<string, CopiedFile> = {};
  const changed: string[] = [];
  for (const [target, file] of Object.entries(before)) {
    if (file.isGiven) files[target] = file;
    else if (!originals.has(target)) {
      rmSync(target, { force: true });
      changed.push(target);
    }
  }
  for (const { target, isFile } of found) if (!isFile) mkdirSync(target, { recursive: true });
  for (const [target, source] of originals) {
    if (files[target] !== undefined) continue;
    const bytes = readFileSync(source);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    files[target] = { sha256 };
    if (before[target]?.sha256 === sha256) continue;
    changed.push(target);
    // It may have become a file only now.
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    if (bytes.includes(0)) {
      writeFileSync(target, bytes);
      continue;
    }
    const text = bytes.toString("utf8");
    const given = rewrite(text, source);
    if (given !== text) files[target] = { sha256, isGiven: true };
    writeFileSync(target, place(given));
  }
  return { files, changed };
}

interface Entry extends CopyPlace {
  readonly isFile: boolean;
}

/** A file or folder with all that is in it; folders come before what they have. */
function entriesOf(source: string, target: string): readonly Entry[] {
  if (!existsSync(source)) return [{ source, target, isFile: false }];
  if (!statSync(source).isDirectory()) return [{ source, target, isFile: true }];
  const inside = readdirSync(source).flatMap((name) => entriesOf(join(source, name), join(target, name)));
  return [{ source, target, isFile: false }, ...inside];
}
