// The machine's TCP stack behind the seam.

import { describe } from "bun:test";
import { systemNetwork } from "../../src/runtime/network.ts";
import { behavesAsNetwork } from "./network-behaviours.ts";

describe("the machine's network", () => behavesAsNetwork(() => systemNetwork));
