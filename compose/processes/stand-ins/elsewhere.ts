// Commands that the real tools have and the stand-ins have not, each with what does it here. A command that is in no table is
// none of the real tools either.

import { notHere, type ToolFailure } from "./tool-failure.ts";

/** What does it here; `null`: nothing but the real tool. */
type Commands = Readonly<Record<string, string | null>>;

const make = (call: string) => `make ${call} (in the folder of the Makefile)`;
const STATUS = make("stack-status");
const BUILD = make("build");

/** Commands of Docker 28.2, by the word behind `docker`. */
const DOCKER: Commands = {
  ...without("attach builder buildx checkpoint commit config context cp create diff events export history"),
  ...without("import load login logout manifest network node plugin pull push rename rm rmi save search"),
  ...without("secret service stack swarm system tag trust update volume wait"),
  build: BUILD,
  container: "the short form (docker ps, docker logs, docker exec, ...)",
  image: "docker ps (column IMAGE)",
  images: "docker ps (column IMAGE)",
  info: STATUS,
  pause: "docker kill --signal STOP CONTAINER",
  port: "docker ps (column PORTS)",
  top: "ps, with the State.Pid of docker inspect,",
  unpause: "docker kill --signal CONT CONTAINER",
  version: STATUS,
};

/** Flags in front of the word behind `docker`. */
const DOCKER_FLAGS: Commands = {
  ...without("--config --context -c --debug -D --help -h --host -H --log-level -l"),
  ...without("--tls --tlscacert --tlscert --tlskey --tlsverify"),
  "--version": STATUS,
  "-v": STATUS,
};

/** Commands of Compose 2, by the word behind `docker compose`. */
const COMPOSE: Commands = {
  ...without("attach bridge commit convert cp create events export ls publish pull push rm scale volumes"),
  ...without("wait watch"),
  build: BUILD,
  exec: "docker exec",
  images: "docker ps (column IMAGE)",
  pause: "docker kill --signal STOP CONTAINER",
  port: "docker compose ps (column PORTS)",
  stats: "docker stats",
  top: "ps, with the State.Pid of docker inspect,",
  unpause: "docker kill --signal CONT CONTAINER",
  version: STATUS,
};

function without(names: string): Commands {
  return Object.fromEntries(names.split(" ").map((name) => [name, null]));
}

/** What `docker WORD` says if the real tool has that command or flag and this one has not; `null` if that has not either. */
export function dockerElsewhere(word: string): ToolFailure | null {
  return elsewhere("docker", word, word.startsWith("-") ? DOCKER_FLAGS : DOCKER);
}

/** The same for `docker compose WORD ARGS`. */
export function composeElsewhere(word: string, args: readonly string[]): ToolFailure | null {
  if (word !== "down") return elsewhere("docker compose", word, COMPOSE);
  const wipes = args.some((arg) => /^(-v|--volumes(=true)?)$/.test(arg));
  const call = make("stack-down");
  return wipes
    ? notHere("docker compose down --volumes", `WIPE=1 ${call}`)
    : notHere("docker compose down", call);
}

function elsewhere(tool: string, word: string, commands: Commands): ToolFailure | null {
  // A flag may have its value with it.
  const [name = ""] = word.startsWith("-") ? word.split("=") : [word];
  if (!Object.hasOwn(commands, name)) return null;
  return notHere(`${tool} ${name}`, commands[name] ?? undefined);
}
