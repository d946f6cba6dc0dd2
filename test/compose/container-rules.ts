// What every container of the stack must keep to: an exact image, bounds, no more rights than it needs, a check of its
// health, an orderly end. Each rule gives `service: what is wrong`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { linesOf, type Service, STACK_FOLDER, type Stack, seconds } from "./stack-file.ts";

export type Violation = string;

type Rule = (stack: Stack) => readonly Violation[];

/** A tag with a whole version, and perhaps what it is built on. */
const EXACT = /^[\w./-]+:v?\d+\.\d+\.\d+(-[\w.]+)?$/;
/** Docker kills ten seconds after the drain at the earliest. */
const GRACE_SECONDS = 10;

function each(look: (service: Service, name: string, stack: Stack) => readonly (string | false)[]): Rule {
  return (stack) =>
    Object.entries(stack.services).flatMap(([name, service]) =>
      look(service, name, stack).flatMap((said) => (said === false ? [] : [`${name}: ${said}`])),
    );
}

const names = each((service, name) => [
  service.container_name !== name && `its container is called ${service.container_name ?? "by chance"}`,
  service.networks?.join() !== "dashstream" && "is not on the one network",
]);

const images = each(({ image, build }) => [
  build === undefined && !EXACT.test(image) && `image ${image} is not an exact version`,
]);

const bounds = each(({ mem_limit, cpus, pids_limit, logging }) => [
  mem_limit === undefined && "has no limit of memory",
  cpus === undefined && "has no limit of processors",
  pids_limit === undefined && "has no limit of processes",
  !(logging?.options?.["max-size"] && logging.options["max-file"]) && "its log grows without bound",
]);

const rights = each(({ user, cap_drop, security_opt, read_only }, name, stack) => [
  !/^[1-9]\d*:\d+$/.test(user ?? "") && `runs as ${user ?? "whoever the image says"}`,
  cap_drop?.join() !== "ALL" && "keeps capabilities",
  !security_opt?.includes("no-new-privileges:true") && "may gain privileges",
  read_only !== true &&
    !linesOf(stack, name).some((line) => /^ +# Not read_only: \w/.test(line)) &&
    "may write to its image, and no comment says why",
]);

const health = each(({ healthcheck: check }, name, stack) => {
  if (check === undefined) return ["has no health check"];
  if (check.disable === true) {
    const lines = linesOf(stack, name);
    const before = lines[lines.findIndex((line) => line.trim() === "healthcheck: { disable: true }") - 1];
    return [!/^ +# \w/.test(before ?? "") && "has no health check, and no comment says why"];
  }
  return [
    check.test?.[0] !== "CMD" && "its health check needs a shell",
    check.interval === undefined && "its health check has no interval",
    check.timeout === undefined && "its health check has no timeout",
    check.retries === undefined && "its health check has no retries",
    check.start_period === undefined && "its health check counts while it starts",
  ];
});

const dependencies = each(({ depends_on = {}, profiles = [] }, _, { services }) =>
  Object.entries(depends_on).map(([name, { condition, required = true }]) => {
    const other = services[name];
    if (other === undefined) return `depends on ${name}, which is not there`;
    const isThere = other.profiles === undefined || other.profiles.some((each) => profiles.includes(each));
    if (required && !isThere) return `depends on ${name}, which is in a profile only`;
    if (condition === "service_healthy") {
      return other.healthcheck?.test === undefined && `waits for the health of ${name}, which has no check`;
    }
    if (condition !== "service_completed_successfully") return `does not wait until ${name} works`;
    return other.restart !== "no" && `waits for the end of ${name}, which is restarted`;
  }),
);

const ends = each((service) => {
  const drain = Number(service.environment?.SHUTDOWN_TIMEOUT_SECS ?? 0);
  const grace = seconds(service.stop_grace_period ?? "10s");
  return [
    service.restart !== "no" && service.restart !== "unless-stopped" && `is restarted ${service.restart}`,
    grace < drain + GRACE_SECONDS && `is killed after ${grace} s, within its drain of ${drain} s`,
  ];
});

/** Ports of this machine, each on the address that an operator chooses. */
const ports: Rule = (stack) => {
  const published = Object.entries(stack.services).flatMap(([name, { ports: own = [] }]) =>
    own.map((port) => ({ name, port, published: port.split(":").at(-2) })),
  );
  return published.flatMap(({ name, port, published: number }, index) => [
    ...(/^127\.0\.0\.1:\d+:\d+$/.test(port) ? [] : [`${name}: ${port} is open to the network`]),
    ...(published.findIndex((other) => other.published === number) < index
      ? [`${name}: ${number} is taken`]
      : []),
  ]);
};

/** Files and folders that are mounted, and volumes that are named. */
const mounts = each(({ volumes = [], command = [] }, _, stack) => {
  const mounted = volumes.map((volume) => volume.split(":"));
  const missing = mounted.map(([source = "", target]) => {
    if (source.startsWith(".")) return !existsSync(join(STACK_FOLDER, source)) && `${source} is not there`;
    return !(source in stack.volumes) && `volume ${source} of ${target} is not declared`;
  });
  const asked = command.map((word) => {
    const [path] = /\/etc\/[\w./-]+/.exec(word) ?? [];
    if (path === undefined) return false;
    const found = mounted.some(
      ([source = "", target = ""]) =>
        path.startsWith(`${target}/`) && existsSync(join(STACK_FOLDER, source, path.slice(target.length))),
    );
    return !found && `${path} is not mounted`;
  });
  return [...missing, ...asked];
});

export const CONTAINER_RULES: Readonly<Record<string, Rule>> = {
  names,
  images,
  bounds,
  rights,
  health,
  dependencies,
  ends,
  ports,
  mounts,
};
