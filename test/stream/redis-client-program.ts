// A client of Redis as a program: says when it is connected and what failed, and closes when its input ends.

import process from "node:process";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { systemRandom } from "../../src/runtime/random.ts";
import { createRedisClient } from "../../src/stream/redis-client.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

const client = createRedisClient({
  settings: { host: "127.0.0.1", port: Number(process.argv[2]) },
  network: systemNetwork,
  clock: systemClock,
  random: systemRandom,
  onConnected: async () => {
    say("connected");
    say(await client.commands.ping());
  },
  onConnectionError: ({ message }) => say(`failed: ${message}`),
});
process.stdin.on("end", () => client.close());
process.stdin.resume();
