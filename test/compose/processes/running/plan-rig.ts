// Plans of services for tests, with nothing but what a test says.

import type { ServicePlan } from "../../../../compose/processes/plan.ts";

type Given = Partial<Omit<ServicePlan, "launch">> & { readonly launch?: Partial<ServicePlan["launch"]> };

/** A service that sleeps, and is ready at once. */
export function servicePlan({ launch = {}, ...given }: Given = {}): ServicePlan {
  return {
    name: "one",
    image: "busybox:1.36",
    environment: {},
    workDir: "/",
    log: "/dev/null",
    addresses: [],
    mounts: [],
    dependsOn: {},
    uses: [],
    gracePeriodMs: 10_000,
    stopSignal: "SIGTERM",
    ...given,
    launch: {
      command: ["sleep", "600"],
      env: {},
      readiness: { kind: "running", forMs: 0 },
      version: "sleep",
      ...launch,
    },
  };
}
