// Where files of a service lie when it is a process: what a volume or a mount shows in a container is a folder below the
// state folder, and so are the places in which containers write.

import { join } from "node:path";
import type { ComposeService, Mount } from "../compose-file/service.ts";
import type { CopyPlace } from "./config-copy.ts";

/** What services have for themselves, below the state folder. */
export const FILES_FOLDER = "files";

/** Folders of a container that belong to it alone, even if nothing is mounted there. */
const OWN_FOLDERS = ["/var", "/tmp", "/run", "/data", "/home"];

export interface ServicePaths {
  /** The path on this machine of a path in the container; `null` for what is the same on both. */
  readonly pathOf: (containerPath: string) => string | null;
  /** `text` with the paths of the container replaced. */
  readonly replaceIn: (text: string) => string;
  /** What is mounted, with the folder that stands for it. */
  readonly mounts: readonly { readonly mount: Mount; readonly path: string }[];
}

/** What is mounted from the project, and so is copied. */
export function copyPlaces({ mounts }: ServicePaths): readonly CopyPlace[] {
  return mounts.flatMap(({ mount, path }) =>
    mount.source.kind === "bind" ? [{ source: mount.source.path, target: path }] : [],
  );
}

/** The folder that stands for a volume, by its key in the compose file. */
export function volumePath(dir: string, key: string): string {
  return join(dir, "data", key);
}

/** The folders of one service below the state folder `dir`. */
export function servicePaths(
  { name, mounts }: Pick<ComposeService, "name" | "mounts">,
  dir: string,
): ServicePaths {
  const own = (path: string) => join(dir, FILES_FOLDER, name, path);
  const placed = mounts.map((mount) => ({
    mount,
    path: mount.source.kind === "volume" ? volumePath(dir, mount.source.name) : own(mount.target),
  }));
  const places = new Map([
    ...OWN_FOLDERS.map((folder) => [folder, own(folder)] as const),
    ...placed.map(({ mount, path }) => [mount.target, path] as const),
  ]);
  const replaceIn = pathReplacer(places);
  return {
    replaceIn,
    pathOf(containerPath) {
      const path = replaceIn(containerPath);
      return path === containerPath ? null : path;
    },
    mounts: placed,
  };
}

/** Replaces paths, and the beginnings of longer ones, by what `places` has for them; the longest that fits counts. */
export function pathReplacer(places: ReadonlyMap<string, string>): (text: string) => string {
  if (places.size === 0) return (text) => text;
  const names = [...places.keys()]
    .sort((a, b) => b.length - a.length)
    .map((path) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|");
  const pattern = new RegExp(`(?<![\\w./-])(?:${names})(?![\\w.-])`, "g");
  return (text) => text.replaceAll(pattern, (path) => places.get(path) ?? path);
}
