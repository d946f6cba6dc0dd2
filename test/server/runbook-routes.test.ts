import { expect, test } from "bun:test";
import { createRoutes } from "../../src/server/routes.ts";
import { plainContext, routeDeps } from "./route-deps.ts";

const PAGES = new Map([
  ["README.md", "# Runbook\n"],
  ["service-down.md", "# ServiceDown\n"],
]);
const app = createRoutes(routeDeps({ runbook: () => Promise.resolve(PAGES) }));
const get = (path: string, method = "GET") =>
  app.fetch(new Request(`http://localhost${path}`, { method }), plainContext());

test("a page is served as text that browsers show", async () => {
  const response = await get("/runbook/service-down.md");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(await response.text()).toBe("# ServiceDown\n");
});

test("the path itself is the index", async () => {
  expect(await (await get("/runbook")).text()).toBe("# Runbook\n");
});

test("a page that does not exist names the index", async () => {
  const response = await get("/runbook/nonsense.md");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: "no such page", file: "nonsense.md", index: "/runbook" });
});

test("nothing but reading is allowed", async () => {
  expect((await get("/runbook/service-down.md", "POST")).status).toBe(405);
});

test("a server without pages has no such path", async () => {
  const without = createRoutes(routeDeps());
  const response = await without.fetch(new Request("http://localhost/runbook"), plainContext());
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: "not found", path: "/runbook" });
});
