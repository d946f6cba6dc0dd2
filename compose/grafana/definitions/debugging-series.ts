// Exported series that are neither on a panel nor in a rule: of use to somebody who looks for a certain thing, and to
// nobody else. Each says why. Whatever else is exported must be shown.

export const DEBUGGING_SERIES: Readonly<Record<string, string>> = {
  dashflow_build_info:
    "dashstream_build_info of the exporter under its earlier name, for dashboards of others",
  dashstream_ws_retry_count: "retries during the start of the server, which its log has with their causes",
  dashstream_exporter_process_start_time_seconds:
    "the annotation of deployments marks starts; kept because tools know series of this form",
  dashstream_exporter_metrics_endpoint_duration_seconds:
    "how long the exporter's own /metrics takes; Prometheus has scrape_duration_seconds of every target",
  websocket_multi_thread_batches_total:
    "a property of producers that is allowed; of use when resumes by thread look incomplete",
  dashstream_librarian_requests_total: "of one example application, which has a dashboard of its own",
  dashstream_librarian_iterations: "of one example application, which has a dashboard of its own",
  dashstream_librarian_tests_total: "of one example application, which has a dashboard of its own",
  dashstream_librarian_request_duration_seconds:
    "of one example application, which has a dashboard of its own",
};
