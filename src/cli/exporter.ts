// `dashstream exporter`: quality reports as Prometheus series.

import { defineService } from "./service.ts";

export const exporterCommand = defineService({
  name: "exporter",
  component: "exporter",
  description: "Read Kafka and export quality reports as Prometheus series.",
  examples: [
    ["exporter", "reads 127.0.0.1:9092, answers /metrics on port 9190 of all addresses"],
    ["exporter --kafka-brokers kafka:9092 --metrics-bind-ip 127.0.0.1", "for scrapers on this machine"],
    ["exporter --prometheus-latency-buckets-ms 100,1000,10000", "coarser latencies"],
  ],
  async make(options) {
    const { Exporter } = await import("../quality/exporter.ts");
    return new Exporter(options);
  },
});
