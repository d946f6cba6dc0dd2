import { describe } from "bun:test";
import { startEmbedded, startReal } from "../../sim/redis/conformance/target.ts";
import { describeReal } from "../../support/real-components.ts";
import { tellsTheTruth } from "./redis-truth.ts";

describe("replay in the embedded Redis", () => tellsTheTruth(startEmbedded));

describeReal("redis-server", "replay in a real Redis", () => tellsTheTruth(startReal));
