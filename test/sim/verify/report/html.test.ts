import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findingsOf } from "../../../../sim/verify/report/coverage/findings.ts";
import { pageData } from "../../../../sim/verify/report/html/page-data.ts";
import { buildPageScript, PAGE_SCRIPT } from "../../../../sim/verify/report/html/page-script.ts";
import { verifyHtml } from "../../../../sim/verify/report/html.ts";
import type { VerifyReport } from "../../../../sim/verify/report/report.ts";
import { describeReal } from "../../../support/real-components.ts";
import { SAMPLE_COVERAGE } from "./coverage/sample-coverage.ts";
import { HOSTILE_REPORT, PASSING_REPORT, SAMPLE_REPORT } from "./sample-report.ts";

const CHARTS = SAMPLE_REPORT.scenarios.flatMap(({ charts }) => charts);

/** The page without its scripts, styles and data. */
function body(report: VerifyReport): string {
  const page = verifyHtml(report);
  return page.slice(page.indexOf("<body>"), page.indexOf('<script type="application/json"'));
}

describe("the HTML report", () => {
  test("has a script that is made from its sources (make generate)", async () => {
    expect(readFileSync(PAGE_SCRIPT, "utf8")).toBe(await buildPageScript());
  });

  test("needs nothing but itself", () => {
    const page = verifyHtml(SAMPLE_REPORT);
    const addresses = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
    expect(addresses.filter((address) => !/^(#|data:)/.test(address))).toEqual([]);
    expect(page).toContain('content="default-src &#39;none&#39;; img-src data:;');
    expect(page).not.toContain("@import");
  });

  test("says of a drill how fast it was and in which time its times are, and of no other its virtual time", () => {
    const text = body({ ...SAMPLE_REPORT, engine: "prometheus", scale: 60 });
    expect(text).toContain("<dt>scale</dt><dd>60</dd>");
    expect(text).toContain(
      "In this report times are real ones, from the start of each scenario: at scale 60",
    );
    expect(text).not.toContain("virtual time");
    expect(body(SAMPLE_REPORT)).toContain("<dt>virtual time</dt>");
    expect(body(SAMPLE_REPORT)).not.toContain("real ones");
  });

  test("has every result as text, with links to the scenarios", () => {
    const text = body(SAMPLE_REPORT);
    expect(text).toContain('<td><a href="#scenario-3">HighDecodeErrorRate</a></td>');
    expect(text).toContain('<section class="card failed" id="scenario-3"');
    expect(text).toContain("the fault redis-latency took nothing: no command of Redis was delayed in 9m");
    expect(text).toContain("it was pending from 7m15s to 11m30s and never fired");
    expect(text).toContain("no scenario proves TenantRateLimitExceeded");
    expect(text).toContain("every damaged record becomes a dead letter");
    expect(text.match(/<figure /g)).toHaveLength(CHARTS.length);
  });

  test("shows the fault, each state and what else fired as lanes of one timeline", () => {
    const text = body(SAMPLE_REPORT);
    const lanes = text.slice(text.indexOf('id="scenario-3"'), text.indexOf('id="scenario-4"'));
    // 360 s to 690 s of 1170 s.
    expect(lanes).toContain(
      '<span class="bar fault" style="left:30.769%;width:28.205%" title="fault, took 168× 6m to 11m30s">',
    );
    expect(lanes).toContain(
      '<span class="bar pending" style="left:38.462%;width:10.256%" title="pending 7m30s to 9m30s">',
    );
    expect(lanes).toContain(
      '<span class="bar firing" style="left:48.718%;width:35.897%" title="firing 9m30s to 16m30s">',
    );
    expect(lanes).toMatch(/class="bar undeclared" style="[^"]*" title="not declared 9m30s to 19m30s"/);
    expect(lanes).toMatch(/class="bar allowed" style="[^"]*" title="allowed 9m15s to 17m"/);
  });

  test("names what else fired by the labels that tell it from others, in a column that cuts nothing off", () => {
    const page = verifyHtml(SAMPLE_REPORT);
    expect(body(SAMPLE_REPORT)).toContain(
      ">KafkaConsumerLagHigh{component=&quot;websocket-server&quot;, topic=&quot;dashstream-events&quot;}</div>",
    );
    const [, rules = ""] = /\.lane > div:first-child \{([^}]*)\}/.exec(page) ?? [];
    expect(rules).toContain("overflow-wrap: anywhere");
    expect(rules).not.toContain("overflow: hidden");
  });

  test("shows in the lane of an alert also what it did with other labels than expected", () => {
    const [scenario, ...others] = SAMPLE_REPORT.scenarios;
    const [proof] = scenario?.alerts ?? [];
    if (scenario === undefined || proof === undefined) throw new Error("the sample has a proof");
    const active = {
      labels: { tenant_id: "flood" },
      pending_at_s: 420,
      firing_at_s: 450,
      resolved_at_s: 900,
    };
    const mistaken = {
      ...proof,
      pending_at_s: null,
      firing_at_s: null,
      resolved_at_s: null,
      instead: [active],
    };
    const text = body({ ...SAMPLE_REPORT, scenarios: [{ ...scenario, alerts: [mistaken] }, ...others] });
    const lanes = text.slice(text.indexOf('id="scenario-0"'), text.indexOf('id="scenario-1"'));
    expect(lanes).toContain('title="firing with other labels {tenant_id=&quot;flood&quot;} 7m30s to 15m"');
    expect(lanes).toContain('class="bar pending"');
  });

  test("offers to show only what failed, if something did", () => {
    expect(body(SAMPLE_REPORT)).toContain('id="only-failed"');
    expect(body(PASSING_REPORT)).not.toContain('id="only-failed"');
  });

  test("is red on its first screen because of findings about users' rules, and lists them first", () => {
    const page = verifyHtml(PASSING_REPORT, findingsOf(SAMPLE_COVERAGE));
    expect(page).toContain('<span class="pill bad">rules have findings</span>');
    expect(page).toMatch(/<title>[^<]*, 7 findings in the rules<\/title>/);
    expect(page.indexOf("TeamErrors fires though nothing is broken")).toBeLessThan(
      page.indexOf('id="results"'),
    );
    const sound = verifyHtml(PASSING_REPORT, []);
    expect(sound).toContain('<span class="pill good">everything is proven</span>');
    expect(sound).not.toContain("Findings in the rules");
    expect(verifyHtml(SAMPLE_REPORT, findingsOf(SAMPLE_COVERAGE))).toContain(
      '<span class="pill bad">not everything is proven, rules have findings</span>',
    );
  });

  test("lets no text become markup, in elements, attributes and data", () => {
    const page = verifyHtml(HOSTILE_REPORT);
    expect(page).not.toContain("<script>alert");
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page.match(/<\/script>/g)).toHaveLength(3);
    const data = page.slice(page.indexOf('id="data">') + 'id="data">'.length);
    expect(JSON.parse(data.slice(0, data.indexOf("</script>")))).toMatchObject({
      "chart-0-0": { title: "<script>alert(1)</script>|`x`\n</details>]]>&\u0007\u2028" },
    });
  });
});

describe("the data of a chart", () => {
  test("have gaps for what no axis can show, and no more digits than it shows", () => {
    const [scenario] = SAMPLE_REPORT.scenarios;
    const [chart] = scenario?.charts ?? [];
    if (scenario === undefined || chart === undefined) throw new Error("the sample has charts");
    const values = [1 / 3, Number.NaN, Number.POSITIVE_INFINITY, null, 123_456_789];
    const odd = { ...chart, series: [{ name: "{}", values }] };
    expect(pageData([{ ...scenario, charts: [odd] }])["chart-0-0"]?.series[0]?.values).toEqual([
      0.333333,
      null,
      null,
      null,
      123_457_000,
    ]);
  });

  test("are left out, with their figure, where no series has a value", () => {
    const [scenario] = SAMPLE_REPORT.scenarios;
    const [chart] = scenario?.charts ?? [];
    if (scenario === undefined || chart === undefined) throw new Error("the sample has charts");
    const empty = { ...chart, alert: "Empty", series: [] };
    const gaps = { ...chart, alert: "Gaps", series: [{ name: "{}", values: [null, Number.NaN] }] };
    const charts = [empty, gaps, { ...chart, alert: "Full" }];
    const report = { ...SAMPLE_REPORT, scenarios: [{ ...scenario, charts }] };
    expect(Object.entries(pageData(report.scenarios)).map(([id, { title }]) => [id, title])).toEqual([
      ["chart-0-0", "Full"],
    ]);
    expect(body(report).match(/<figure id="[^"]*"/g)).toEqual(['<figure id="chart-0-0"']);
  });

  test("end a state that lasts with the scenario", () => {
    const [scenario] = SAMPLE_REPORT.scenarios;
    const [chart] = scenario?.charts ?? [];
    if (scenario === undefined || chart === undefined) throw new Error("the sample has charts");
    const open = { ...chart, states: [{ state: "firing", from_s: 600, until_s: null } as const] };
    const page = pageData([{ ...scenario, charts: [open] }])["chart-0-0"];
    expect(page).toMatchObject({
      firing: [{ from: 600, until: 1260 }],
      pending: [],
      faults: [{ from: 360, until: 780 }],
      span: { from: 0, until: 1260 },
      threshold: 0,
    });
  });
});

describeReal("chromium", "the HTML report in a browser", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dashstream-page-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The document after its scripts have run, and what the browser's console says. */
  function opened(report: VerifyReport): ReturnType<typeof openedPage> {
    return openedPage(verifyHtml(report));
  }

  async function openedPage(page: string): Promise<{ readonly dom: string; readonly console: string }> {
    const file = join(folder, "report.html");
    writeFileSync(file, page);
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"];
    const browser = Bun.spawn(["chromium", ...flags, `--user-data-dir=${folder}/profile`, `file://${file}`], {
      stdout: "pipe",
      stderr: "pipe",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    const [dom, log] = await Promise.all([
      new Response(browser.stdout).text(),
      new Response(browser.stderr).text(),
    ]);
    const lines = log.split("\n").filter((line) => line.includes("CONSOLE"));
    return { dom, console: lines.join("\n") };
  }

  test("draws every chart, with nothing in the console", async () => {
    const { dom, console } = await opened(SAMPLE_REPORT);
    expect(console).toBe("");
    expect(dom.match(/<canvas/g)).toHaveLength(CHARTS.length);
    expect(
      dom.match(/<th><div class="u-marker"[^>]*><\/div><div class="u-label">threshold<\/div>/g),
    ).toHaveLength(CHARTS.filter(({ threshold }) => threshold !== null).length);
  }, 90_000);

  test("shows the text of a bar only where it fits", async () => {
    const page = verifyHtml(SAMPLE_REPORT).replace(
      "</body>",
      `<script>document.title = JSON.stringify([...document.querySelectorAll(".timeline .bar")].map((bar) => {
        const text = bar.firstElementChild;
        return [text.offsetWidth <= bar.clientWidth, text.offsetTop < bar.clientHeight];
      }))</script></body>`,
    );
    const { dom } = await openedPage(page.replace(/<meta http-equiv[^>]*>/, ""));
    const [, title = "[]"] = /<title>([^<]*)<\/title>/.exec(dom) ?? [];
    const bars: [fits: boolean, isShown: boolean][] = JSON.parse(title);
    expect(bars.some(([fits]) => fits)).toBe(true);
    expect(bars.some(([fits]) => !fits)).toBe(true);
    for (const [fits, isShown] of bars) expect(isShown).toBe(fits);
  }, 90_000);

  test("runs none of what texts try to run", async () => {
    const { dom, console } = await opened(HOSTILE_REPORT);
    expect(console).toBe("");
    expect(dom.match(/<canvas/g)).toHaveLength(1);
    expect(dom.match(/<script/g)).toHaveLength(3);
  }, 90_000);
});
