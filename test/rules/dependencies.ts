// Rules about what the project depends on: exact versions, a lock file that every platform can install, and a
// README that says why each library is there.

import { importsOf, type SourceFile, type Violation } from "./source-tree.ts";

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

/** Dependencies that are not pinned to one version. */
export function unpinned(manifest: Manifest): readonly Violation[] {
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    .map(([name, version]) => `${name}: ${version} is not one exact version`);
}

/**
 * What keeps the lock from working elsewhere: an address of the registry that it was made with, a package without
 * a checksum, and a package for another platform that is missing (`npm ci` then fails everywhere).
 */
export function lockViolations(lock: Lock): readonly Violation[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (path === "") return [];
    const violations: Violation[] = [];
    if (entry.resolved !== undefined) violations.push(`${path}: names a registry`);
    if (entry.integrity === undefined) violations.push(`${path}: has no checksum`);
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!(`node_modules/${name}` in lock.packages)) violations.push(`${path}: ${name} is not locked`);
    }
    return violations;
  });
}

/** Files that load what is there for development only, so that it would be part of the executable. */
export function developmentImports(files: readonly SourceFile[], manifest: Manifest): readonly Violation[] {
  // Bun itself has a module of its package's name.
  const names = Object.keys(manifest.devDependencies).filter((name) => name !== "bun");
  return files.flatMap((file) =>
    importsOf(file)
      .filter(({ specifier }) => names.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
      .map(({ specifier }) => `${file.path}: loads ${specifier}, which is for development only`),
  );
}

/** The names in the first column of the README's table under the heading `## Dependencies`. */
export function documentedDependencies(readme: string): readonly string[] {
  const section = readme.split(/^## /m).find((part) => part.startsWith("Dependencies\n")) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = ""]) => name);
}
