// The pages of the runbook, where the links of the alerts point to unless somebody else serves them.

import { Hono } from "hono";
import { getOnly, type RouteEnv } from "./service-routes.ts";

/** Pages by file name, such as `service-down.md`; made when the first one is asked for. */
export type RunbookSource = () => Promise<ReadonlyMap<string, string>>;

const INDEX = "README.md";
/** Browsers show this as it is, and offer Markdown as a download. */
const CONTENT_TYPE = "text/plain; charset=utf-8";

/** Routes below `/runbook`; the path itself is the index. */
export function runbookRoutes(pages: RunbookSource): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  const page = async (file: string) => {
    const text = (await pages()).get(file);
    if (text === undefined) {
      return Response.json({ error: "no such page", file, index: "/runbook" }, { status: 404 });
    }
    return new Response(text, { headers: { "content-type": CONTENT_TYPE } });
  };
  getOnly(app, "/", () => page(INDEX));
  getOnly(app, "/:file", (c) => page(c.req.param("file") ?? INDEX));
  return app;
}
