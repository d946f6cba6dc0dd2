// `dashstream quality-monitor`: running averages of the quality that applications report of themselves.

import { defineService } from "./service.ts";

export const qualityMonitorCommand = defineService({
  name: "quality-monitor",
  component: "quality-monitor",
  description: "Read Kafka and keep averages of the quality that is reported.",
  notes:
    "Figures count from the start of the process; records that its consumer group has handled are not read again.",
  examples: [
    ["quality-monitor", "reads 127.0.0.1:9092, answers /health on port 3003 of all addresses"],
    ["quality-monitor --kafka-brokers kafka:9092 --health-bind-ip 127.0.0.1", "for this machine only"],
    ["quality-monitor --kafka-group-id quality-2", "beside another one, each counts all"],
  ],
  async make(options) {
    const { QualityMonitor } = await import("../quality/quality-monitor.ts");
    return new QualityMonitor(options);
  },
});
