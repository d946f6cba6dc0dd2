// Copies of configuration folders, with the addresses and paths in them replaced.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Changes the text of a file; `path` is that of the original. */
export type Rewrite = (text: string, path: string) => string;

/**
 * Makes `target` a copy of the file or folder `source`. Files that are no text are copied as they are. A source that
 * is not there becomes an empty folder, as with a container engine.
 */
export function copyConfig(source: string, target: string, rewrite: Rewrite): void {
  rmSync(target, { recursive: true, force: true });
  if (!existsSync(source)) {
    mkdirSync(target, { recursive: true });
  } else if (statSync(source).isDirectory()) {
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(source)) copyConfig(join(source, name), join(target, name), rewrite);
  } else {
    mkdirSync(dirname(target), { recursive: true });
    const bytes = readFileSync(source);
    if (bytes.includes(0)) cpSync(source, target);
    else writeFileSync(target, rewrite(bytes.toString("utf8"), source));
  }
}
