// Writes the dashboards of the compose stack: `bun compose/grafana/generate.ts`.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { DASHBOARD_FOLDER, dashboardFiles } from "./definitions/dashboards.ts";

const top = new URL("../../", import.meta.url);

// A dashboard that is gone must go too.
rmSync(new URL(DASHBOARD_FOLDER, top), { recursive: true, force: true });
mkdirSync(new URL(DASHBOARD_FOLDER, top), { recursive: true });
for (const { path, text } of dashboardFiles()) writeFileSync(new URL(path, top), text);
