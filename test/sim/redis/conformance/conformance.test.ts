// The embedded server and a real Redis behave the same, as far as this project's clients look.

import { describe } from "bun:test";
import { describeReal } from "../../../support/real-components.ts";
import { behavesAsRedis } from "./behaviours.ts";
import { startEmbedded, startReal } from "./target.ts";

describe("the embedded server", () => behavesAsRedis(startEmbedded));

describeReal("redis-server", "a real Redis", () => behavesAsRedis(startReal));
