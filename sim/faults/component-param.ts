// Which component a fault concerns.

import { z } from "zod";

export const componentParam = z
  .enum(["websocket-server", "quality-monitor", "exporter"])
  .default("websocket-server")
  .describe("Which component");
