// Which component a fault concerns.

import { z } from "zod";
import { COMPONENT_NAMES } from "./stage.ts";

export const componentParam = z.enum(COMPONENT_NAMES).default("websocket-server").describe("Which component");
