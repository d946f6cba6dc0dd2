import { describe, expect, test } from "bun:test";
import { resumeNamespace } from "../../src/server/resume-namespace.ts";

const stream = {
  topic: "dashstream-quality",
  groupId: "websocket-server-v4",
  brokers: ["b:9092", "a:9092"],
  clusterId: null,
};

describe("the resume namespace", () => {
  test("is v1 and the base64url of topic, group and sorted brokers", () => {
    // echo -n 'topic=dashstream-quality;group=websocket-server-v4;brokers=a:9092,b:9092' | basenc --base64url -w0 | tr -d =
    expect(resumeNamespace(stream)).toBe(
      "v1_dG9waWM9ZGFzaHN0cmVhbS1xdWFsaXR5O2dyb3VwPXdlYnNvY2tldC1zZXJ2ZXItdjQ7YnJva2Vycz1hOjkwOTIsYjo5MDky",
    );
  });

  test("does not depend on order, blanks or empty items of the broker list", () => {
    const messy = { ...stream, brokers: [" a:9092", "", "b:9092 "] };
    expect(resumeNamespace(messy)).toBe(resumeNamespace(stream));
  });

  test("keeps repeated brokers, as stored cursors do", () => {
    const repeated = { ...stream, brokers: ["a:9092", "a:9092"] };
    expect(Buffer.from(resumeNamespace(repeated).slice(3), "base64url").toString()).toEndWith(
      "a:9092,a:9092",
    );
  });

  test("is v2 and begins with the cluster once a cluster id is configured", () => {
    const namespace = resumeNamespace({ ...stream, clusterId: "prod" });
    expect(namespace).toStartWith("v2_");
    expect(Buffer.from(namespace.slice(3), "base64url").toString()).toBe(
      "cluster=prod;topic=dashstream-quality;group=websocket-server-v4;brokers=a:9092,b:9092",
    );
    expect(resumeNamespace({ ...stream, clusterId: "" })).toStartWith("v1_");
  });
});
