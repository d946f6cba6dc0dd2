import { describe } from "bun:test";
import { startEmbedded, startReal } from "../../sim/redis/conformance/target.ts";
import { describeReal } from "../../support/real-components.ts";
import { comparesWithKafka } from "./redis-partitions-suite.ts";

describe("partitions in the embedded Redis", () => comparesWithKafka(startEmbedded));

describeReal("redis-server", "partitions in a real Redis", () => comparesWithKafka(startReal));
