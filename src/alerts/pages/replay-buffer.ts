// Guide: looking into the replay buffer, in memory and in Redis.

import { SERVER } from "../commands.ts";
import { alertLink } from "./alert-page.ts";
import { blocks, section, steps } from "./markdown.ts";

const NAMESPACE = [
  `NS=$(curl -s ${SERVER}/version | jq -r '.resume_namespace // empty')`,
  'P="dashstream-replay:$NS"',
].join("\n");

/** `redis-cli` in its container, with a command as arguments. */
function redis(command: string): string {
  return `docker exec dashstream-redis redis-cli ${command}`;
}

/** The page, as Markdown. */
export function replayBufferGuide(): string {
  return blocks(
    "# Replay buffer",
    "Clients that come back get what they missed from memory, else from Redis (where `REDIS_URL` is set), else from Kafka.",
    section(
      "Which tier serves how much",
      steps([
        {
          say: "Hits by tier. Memory should be far ahead (95 % and more).",
          run: `curl -s ${SERVER}/metrics | grep '^replay_buffer'`,
        },
      ]),
    ),
    section("Looking into Redis", inspection()),
    section(
      "Clearing it",
      [
        "Nothing is lost by it: what Redis no longer has comes from Kafka.",
        steps([
          {
            say: "One partition: its index, which makes the server look elsewhere. Values expire by themselves.",
            run: [NAMESPACE, redis('DEL "$P:partition:0:offsets" "$P:partition:0:batches"')].join("\n"),
          },
        ]),
      ].join("\n\n"),
    ),
    `Alerts: ${["WebSocketRedisErrors", "WebSocketRedisHighLatency", "ReplayBufferRedisWritesDropped", "ReplayBufferRedisWriteFailures"].map(alertLink).join(", ")}.`,
    "[All alerts](README.md)",
  );
}

function inspection(): string {
  return [
    "Keys begin with the server's resume namespace, so that streams that share a Redis do not collide. Each block sets it anew.",
    steps([
      {
        say: "Indexes of partitions and threads (SCAN, because KEYS stops everybody).",
        run: [
          NAMESPACE,
          redis('--scan --pattern "$P:partition:*:offsets" | head -100'),
          redis('--scan --pattern "$P:thread:*:sequences" | head -100'),
        ].join("\n"),
      },
      {
        say: "The record at an offset.",
        run: [NAMESPACE, redis('GET "$P:partition:0:offset:42" | xxd | head')].join("\n"),
      },
      {
        say: "The newest offsets of a partition.",
        run: [NAMESPACE, redis('ZRANGE "$P:partition:0:offsets" -100 -1 WITHSCORES')].join("\n"),
      },
    ]),
  ].join("\n\n");
}
