// Programs that a make target builds into the cache folder of this machine, because no package has their release: which
// release the stack and tests run, and where it lies.

import { cachePath } from "./machine.ts";

/** Jaeger all-in-one (`make jaeger`). */
export const JAEGER_VERSION = "1.76.0";
export const JAEGER_PATH = cachePath("jaeger", `v${JAEGER_VERSION}`, "jaeger-all-in-one");

/** Prometheus and its promtool (`make promtool3`). */
export const PROMETHEUS3_VERSION = "3.16.0";
/** The same release as a Go module (https://github.com/prometheus/prometheus: v0.300.0 is 3.0.0). */
export const PROMETHEUS3_MODULE_VERSION = "v0.316.0";
export const PROMETHEUS3_PATH = cachePath("prometheus", PROMETHEUS3_MODULE_VERSION, "prometheus");
export const PROMTOOL3_PATH = cachePath("promtool", PROMETHEUS3_MODULE_VERSION, "promtool");
