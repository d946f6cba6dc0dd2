// Templates give what promtool 3 gives; promtool.test.ts holds the table against it.

import { expect, test } from "bun:test";
import { DashstreamError } from "../../../../src/errors.ts";
import { Labels } from "../../../../src/promql/labels.ts";
import { parseAlertTemplate } from "../../../../src/promql/rules/template/alert-template.ts";
import { runScene } from "../promtool-rig.ts";
import { annotationName, TEMPLATES, templateScene } from "../template-scene.ts";

const annotations = runScene(templateScene()).evaluators[0]?.active()[0]?.annotations ?? {};

test.each(TEMPLATES.map((row, index) => ({ ...row, index })))("$template", ({ text, index }) => {
  expect(annotations[annotationName(index)]).toBe(text);
});

function expand(template: string, externalUrl = "http://prometheus.example:9090/sub/path"): string {
  return parseAlertTemplate("A", template).expand(
    { labels: Labels.of({ job: "j" }), value: 1, externalLabels: {} },
    { query: () => [], nowMs: 1500, externalUrl },
  );
}

test("the URL of the server is known, which promtool has none of", () => {
  expect(expand("{{ externalURL }} {{ pathPrefix }}")).toBe(
    "http://prometheus.example:9090/sub/path /sub/path",
  );
  expect(expand("{{ externalURL }}{{ pathPrefix }}", "")).toBe("");
});

test("a template that calls itself without end is given up", () => {
  expect(() => expand('{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}')).toThrow(
    "exceeded maximum template depth",
  );
});

test("names that every object of JavaScript has are not known", () => {
  expect(() => parseAlertTemplate("A", "{{ constructor }}")).toThrow('function "constructor" not defined');
  expect(() => expand("{{ .constructor }}")).toThrow("can't evaluate field constructor");
  expect(expand("{{ $labels.constructor }}{{ $labels.__proto__ }}")).toBe("");
  expect(() => expand("{{ (toTime 5).constructor }}")).toThrow(
    "can't evaluate field constructor in type *time.Time",
  );
});

test("what fails has a code", () => {
  const error = (() => {
    try {
      return expand("{{ first (query `x`) }}");
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(DashstreamError);
  expect(error).toMatchObject({ code: "rules_invalid" });
});
