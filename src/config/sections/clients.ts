// Options of serving HTTP and WebSocket clients.

import { ipList, listenHost, originList, port, seconds, text, wholeNumber } from "../kind.ts";
import { option } from "../option.ts";

const MAX_COUNT = 1_000_000_000;

/** Commands that talk to a server need its address to find it. */
const clients = (help: string) => ({ tail: help, healthcheck: help, threads: help });

export const CLIENT_OPTIONS = {
  websocketHost: option({
    env: ["WEBSOCKET_HOST"],
    kind: listenHost(),
    default: "127.0.0.1",
    helpFor: clients("Address on which the server listens."),
    help: "Address to listen on. There is no login for readers: anything but loopback shows the stream to all who can connect.",
    commands: ["serve", "demo", "tail", "healthcheck", "threads"],
  }),
  websocketPort: option({
    env: ["WEBSOCKET_PORT"],
    kind: port(),
    default: "3002",
    helpFor: clients("Port on which the server listens."),
    help: "Port to listen on; 0 picks a free one. A port in use is an error.",
    commands: ["serve", "demo", "tail", "healthcheck", "threads"],
  }),
  websocketAllowedOrigins: option({
    env: ["WEBSOCKET_ALLOWED_ORIGINS"],
    kind: originList(),
    default: "",
    help: "Web pages that may connect, by origin. Empty: pages of this same host.",
    commands: ["serve", "demo"],
  }),
  websocketTrustedProxyIps: option({
    env: ["WEBSOCKET_TRUSTED_PROXY_IPS"],
    kind: ipList(),
    default: "",
    help: "Proxies whose X-Forwarded-For header is believed.",
    commands: ["serve", "demo"],
  }),
  websocketMaxConnectionsPerIp: option({
    env: ["WEBSOCKET_MAX_CONNECTIONS_PER_IP"],
    kind: wholeNumber(1, MAX_COUNT, "connections"),
    default: "10",
    help: "Connections of one client address at once; further ones get 429.",
    commands: ["serve", "demo"],
  }),
  websocketSendTimeoutSecs: option({
    env: ["WEBSOCKET_SEND_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "5",
    help: "How long a connection that is being closed may take for its last bytes.",
    commands: ["serve", "demo"],
  }),
  websocketStallTimeoutSecs: option({
    env: ["WEBSOCKET_STALL_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "60",
    help: "A client that takes no byte for so long is disconnected.",
    commands: ["serve", "demo"],
  }),
  websocketMaxClientLag: option({
    env: ["WEBSOCKET_MAX_CLIENT_LAG"],
    kind: wholeNumber(1, MAX_COUNT, "records"),
    default: "100000",
    help: "A client further behind than this loses what it missed and is told so.",
    commands: ["serve", "demo"],
  }),
  slowClientDisconnectThreshold: option({
    env: ["SLOW_CLIENT_DISCONNECT_THRESHOLD"],
    kind: wholeNumber(0, MAX_COUNT, "records"),
    default: "1000",
    help: "Lost records within the window that end a connection; 0 never ends it.",
    commands: ["serve", "demo"],
  }),
  slowClientLagWindowSecs: option({
    env: ["SLOW_CLIENT_LAG_WINDOW_SECS"],
    kind: seconds(0),
    default: "60",
    help: "Length of that window; 0 counts over the whole connection.",
    commands: ["serve", "demo"],
  }),
  fanoutMaxWaitMs: option({
    env: ["FANOUT_MAX_WAIT_MS"],
    kind: wholeNumber(0, 60_000, "milliseconds"),
    default: "250",
    help: "How long a batch waits at most for clients that are still taking data.",
    commands: ["serve", "demo"],
  }),
  websocketBrowserBurst: option({
    env: ["WEBSOCKET_BROWSER_BURST"],
    kind: wholeNumber(1, MAX_COUNT, "records"),
    default: "200",
    help: "Records that a web page on the paired protocol is sent at once before its pace counts.",
    commands: ["serve", "demo"],
  }),
  websocketBrowserRatePerSec: option({
    env: ["WEBSOCKET_BROWSER_RATE_PER_SEC"],
    kind: wholeNumber(0, MAX_COUNT, "records a second"),
    default: "100",
    help: "Pace of web pages on the paired protocol; 0 = unlimited.",
    commands: ["serve", "demo"],
  }),
  expectedSchemasPath: option({
    env: ["EXPECTED_SCHEMAS_PATH"],
    kind: text("a path"),
    default: ".dashflow/expected_schemas.json",
    help: "File that keeps the expected schemas; its directory is created.",
    commands: ["serve", "demo"],
  }),
  adminToken: option({
    env: ["ADMIN_TOKEN"],
    kind: text("a token"),
    default: null,
    help: "Bearer token of administrative calls. Not set: they are allowed from this machine only.",
    secret: true,
    commands: ["serve", "demo", "threads", "fault-proxy", "drill"],
  }),
};
