// Which programs the images have. What is not listed here is not found inside of a container, even if this machine has it.

import { isImage } from "../../programs/program.ts";

const SHELL = ["bash", "sh"];

/** GNU coreutils, and what every distribution's base has beside them. */
const BASE = [
  "awk basename cat chmod chown comm cp cut date dd df dirname du echo egrep env expr false find fold grep head hostname",
  "id join ln ls md5sum mkdir mktemp mv nl nproc od paste printenv printf pwd readlink realpath rm rmdir sed seq sha1sum",
  "sha256sum sleep sort split stat sync tac tail tee test timeout touch tr true tty uname uniq unlink wc whoami xargs yes",
].flatMap((line) => line.split(" "));

/** BusyBox, as in Alpine and in the images of Prometheus. It has no bash. */
const BUSYBOX = [
  "sh",
  ...BASE.filter((name) => name !== "join"),
  "free",
  "hexdump",
  "kill",
  "nc",
  "netstat",
  "pgrep",
  "pkill",
  "ps",
  "top",
  "wget",
  "xxd",
];

/** Programs of an image by its repository. */
const IMAGES: readonly (readonly [repository: string, programs: readonly string[]])[] = [
  // Red Hat's minimal image, with Java and, under names without `.sh`, Kafka's commands; those are added apart.
  ["cp-kafka", [...SHELL, ...BASE, "curl", "java"]],
  ["cp-server", [...SHELL, ...BASE, "curl", "java"]],
  ["redis", [...BUSYBOX, "redis-cli", "redis-server"]],
  ["valkey", [...BUSYBOX, "redis-cli", "redis-server"]],
  ["prometheus", [...BUSYBOX, "prometheus", "promtool"]],
  ["alertmanager", [...BUSYBOX, "amtool"]],
  ["jaegertracing/all-in-one", BUSYBOX],
  // compose/Dockerfile: a slim Debian with curl; this program is added apart.
  ["dashstream", [...SHELL, ...BASE, "curl"]],
  ["busybox", BUSYBOX],
  ["alpine", BUSYBOX],
];

/** `null`: nothing is known of such an image here. */
export function programsOf(image: string): readonly string[] | null {
  return IMAGES.find(([repository]) => isImage(image, repository))?.[1] ?? null;
}
