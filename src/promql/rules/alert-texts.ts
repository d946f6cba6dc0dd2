// Labels and annotations of one alerting rule, filled in for each alert. What cannot be filled in says so in its place, as
// Prometheus shows it to whoever gets the alert, and is told to the group.

import { isExpected } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { parseExpr } from "../parse.ts";
import type { VectorSample } from "../value.ts";
import type { AlertRule } from "./rule.ts";
import { queryVector } from "./rule-query.ts";
import { type AlertTemplate, parseAlertTemplate } from "./template/alert-template.ts";
import type { TemplateWorld } from "./template/function.ts";

export interface AlertSurroundings {
  readonly engine: Engine;
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
  /** A template that could not be filled in. `where` is for example `annotation summary`. */
  readonly onTemplateFailure: (where: string, reason: string, atMs: number) => void;
}

type Templates = readonly (readonly [name: string, template: AlertTemplate])[];

export class AlertTexts {
  readonly #alert: string;
  readonly #labels: Templates;
  readonly #annotations: Templates;
  readonly #surroundings: AlertSurroundings;

  constructor({ alert, labels, annotations }: AlertRule, surroundings: AlertSurroundings) {
    this.#alert = alert;
    const parsed = (texts: Readonly<Record<string, string>>): Templates =>
      Object.entries(texts)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, text]) => [name, parsedOrFailing(alert, text)]);
    this.#labels = parsed(labels);
    this.#annotations = parsed(annotations);
    this.#surroundings = surroundings;
  }

  labels(sample: VectorSample, atMs: number): Readonly<Record<string, string>> {
    return this.#expand("label", this.#labels, sample, atMs);
  }

  annotations(sample: VectorSample, atMs: number): Readonly<Record<string, string>> {
    return this.#expand("annotation", this.#annotations, sample, atMs);
  }

  #expand(
    kind: "label" | "annotation",
    templates: Templates,
    { labels, value }: VectorSample,
    atMs: number,
  ): Readonly<Record<string, string>> {
    const { externalLabels } = this.#surroundings;
    const world = this.#world(atMs);
    const entries = templates.map(([name, template]) => {
      try {
        return [name, template.expand({ labels, value, externalLabels }, world)] as const;
      } catch (error) {
        if (!isExpected(error)) throw error;
        this.#surroundings.onTemplateFailure(`${kind} ${name}`, error.message, atMs);
        const reason = `error executing template __alert_${this.#alert}: ${error.message}`;
        return [name, `<error expanding template: ${reason}>`] as const;
      }
    });
    return Object.fromEntries(entries);
  }

  #world(atMs: number): TemplateWorld {
    const { engine, externalUrl } = this.#surroundings;
    return {
      query: (expression) => queryVector(engine, parseExpr(expression), atMs),
      nowMs: atMs,
      externalUrl,
    };
  }
}

/** Rules of files are checked when they are read; of others a bad template fails each time. */
function parsedOrFailing(alert: string, text: string): AlertTemplate {
  try {
    return parseAlertTemplate(alert, text);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return {
      expand() {
        throw error;
      },
    };
  }
}
