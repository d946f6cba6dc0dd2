// Expressions as rules and templates evaluate them: the result is always a vector (rules.EngineQueryFunc of Prometheus).

import { DashstreamError } from "../../errors.ts";
import type { Expr } from "../ast.ts";
import type { Engine } from "../engine.ts";
import { Labels } from "../labels.ts";
import type { VectorSample } from "../value.ts";

/** A number is a vector of one sample without labels. @throws DashstreamError `promql_invalid` or `promql_unsupported` */
export function queryVector(engine: Engine, expr: Expr, atMs: number): readonly VectorSample[] {
  const { value } = engine.instant(expr, atMs);
  switch (value.kind) {
    case "vector":
      return value.samples;
    case "scalar":
      return [{ labels: Labels.empty, value: value.value }];
    case "string":
    case "matrix":
      throw new DashstreamError("promql_invalid", "rule result is not a vector or scalar");
  }
}
