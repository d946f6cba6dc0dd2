// The files that the rules of this folder judge, and what a rule says about them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file with its path from the top of the tree, `/` between the parts. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One broken rule: `path: what is wrong`. */
export type Violation = string;

const root = join(import.meta.dir, "..", "..");

/** One file of the tree by its path from the top. */
export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** The TypeScript files below `folders`, sorted by path. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => [...new Bun.Glob(`${folder}/**/*.ts`).scanSync({ cwd: root })])
    .sort()
    .map(readSource);
}

const transpiler = new Bun.Transpiler({ loader: "ts", trimUnusedImports: false });

/** The code of a file without comments and types, so that a rule does not trip over prose. */
export function codeOf(file: SourceFile): string {
  return transpiler.transformSync(file.text);
}

export interface Import {
  readonly specifier: string;
  /** False for `import type`, which leaves no trace at run time. */
  readonly isValue: boolean;
}

const STATIC_IMPORT = /^(?:import|export)\b(?<type>\s+type\b)?(?:[^;"']*?\bfrom)?\s*"(?<specifier>[^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*"(?<specifier>[^"]+)"/g;

/** Every module that `file` names: imports, re-exports, dynamic imports and imports inside types. */
export function importsOf(file: SourceFile): readonly Import[] {
  const statics = [...file.text.matchAll(STATIC_IMPORT)].map(({ groups }) => ({
    specifier: groups?.specifier ?? "",
    isValue: groups?.type === undefined,
  }));
  const dynamics = [...file.text.matchAll(DYNAMIC_IMPORT)].map(({ groups }) => ({
    specifier: groups?.specifier ?? "",
    isValue: true,
  }));
  return [...statics, ...dynamics];
}

/** The path, from the top of the tree, that a relative import of `from` means; `null` for a package. */
export function resolveImport(from: string, specifier: string): string | null {
  return specifier.startsWith(".") ? join(from, "..", specifier) : null;
}
