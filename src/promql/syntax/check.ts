// Whether an expression's types fit together: what `checkAST` of Prometheus checks (promql/parser/parse.go), in the same
// order and words.

import type { Aggregation, Binary, Call, ComparisonOp, Expr, SetOp, VectorSelector } from "../ast.ts";
import { FUNCTIONS } from "../functions/functions.ts";
import { METRIC_NAME } from "../labels.ts";
import type { ValueKind } from "../value.ts";

/** Raises what is wrong at a position. */
export type Fail = (at: number, reason: string) => Error;

const DOCUMENTED: Readonly<Record<ValueKind, string>> = {
  vector: "instant vector",
  matrix: "range vector",
  scalar: "scalar",
  string: "string",
};

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", ">", "<", ">=", "<="]);
const SETS: ReadonlySet<string> = new Set(["and", "or", "unless"]);

export function isComparison(op: Binary["op"]): op is ComparisonOp {
  return COMPARISONS.has(op);
}

export function isSetOp(op: Binary["op"]): op is SetOp {
  return SETS.has(op);
}

/**
 * The expression, with what depends on types settled: matching is there between vectors only.
 * @throws what `fail` makes
 */
export function checked(expr: Expr, fail: Fail): Expr {
  switch (expr.kind) {
    case "number":
    case "string":
      return expr;
    case "vector-selector":
      checkSelector(expr, fail);
      return expr;
    case "matrix-selector":
      checkSelector(expr.selector, fail);
      return expr;
    case "paren":
      return { ...expr, expr: checked(expr.expr, fail) };
    case "unary": {
      const inner = checked(expr.expr, fail);
      if (inner.returns === "scalar" || inner.returns === "vector") return { ...expr, expr: inner };
      const rule = "unary expression only allowed on expressions of type scalar or instant vector";
      throw fail(expr.from, `${rule}, got "${DOCUMENTED[inner.returns]}"`);
    }
    case "subquery": {
      const inner = checked(expr.expr, fail);
      if (inner.returns === "vector") return { ...expr, expr: inner };
      const rule = "subquery is only allowed on instant vector";
      throw fail(expr.from, `${rule}, got ${inner.returns} instead`);
    }
    case "aggregation":
      return checkedAggregation(expr, fail);
    case "binary":
      return checkedBinary(expr, fail);
    case "call":
      return checkedCall(expr, fail);
  }
}

function checkSelector({ name, matchers, from }: VectorSelector, fail: Fail): void {
  if (name !== "") {
    const twice = matchers.slice(0, -1).find((matcher) => matcher.name === METRIC_NAME);
    if (twice === undefined) return;
    const names = `${JSON.stringify(name)} or ${JSON.stringify(twice.value)}`;
    throw fail(from, `metric name must not be set twice: ${names}`);
  }
  if (matchers.every(({ matches }) => matches(""))) {
    throw fail(from, "vector selector must contain at least one non-empty matcher");
  }
}

function expectType(expr: Expr, expected: ValueKind, context: string, fail: Fail): Expr {
  const result = checked(expr, fail);
  if (result.returns === expected) return result;
  const types = `expected type ${DOCUMENTED[expected]} in ${context}, got ${DOCUMENTED[result.returns]}`;
  throw fail(expr.from, types);
}

function checkedAggregation(aggregation: Aggregation, fail: Fail): Expr {
  const expr = expectType(aggregation.expr, "vector", "aggregation expression", fail);
  if (aggregation.param === null) return { ...aggregation, expr };
  const type = aggregation.op === "count_values" ? "string" : "scalar";
  const param = expectType(aggregation.param, type, "aggregation parameter", fail);
  return { ...aggregation, expr, param };
}

function checkedBinary(binary: Binary, fail: Fail): Expr {
  const { op } = binary;
  const left = checked(binary.left, fail);
  const right = checked(binary.right, fail);
  const operatorAt = binary.left.to + 1;
  if (binary.bool && !isComparison(op)) {
    throw fail(operatorAt, "bool modifier can only be used on comparison operators");
  }
  const bothScalar = left.returns === "scalar" && right.returns === "scalar";
  if (isComparison(op) && !binary.bool && bothScalar) {
    throw fail(operatorAt, "comparisons between scalars must use BOOL modifier");
  }
  checkOnAndGroup(binary, operatorAt, fail);
  for (const side of [left, right]) {
    if (side.returns === "scalar" || side.returns === "vector") continue;
    throw fail(side.from, "binary expression must contain only scalar and instant vector types");
  }
  return { ...binary, left, right, matching: settledMatching({ ...binary, left, right }, fail) };
}

function checkOnAndGroup({ matching }: Binary, at: number, fail: Fail): void {
  if (matching === null || !matching.on) return;
  const twice = matching.labels.find((label) => matching.include.includes(label));
  if (twice === undefined) return;
  throw fail(at, `label ${JSON.stringify(twice)} must not occur in ON and GROUP clause at once`);
}

function settledMatching(binary: Binary, fail: Fail): Binary["matching"] {
  const { op, left, right, matching, from } = binary;
  if (left.returns !== "vector" || right.returns !== "vector") {
    if (matching !== null && matching.labels.length > 0) {
      throw fail(from, "vector matching only allowed between instant vectors");
    }
    if (isSetOp(op)) {
      throw fail(from, `set operator ${JSON.stringify(op)} not allowed in binary scalar expression`);
    }
    return null;
  }
  if (matching === null || !isSetOp(op)) return matching;
  if (matching.cardinality !== "one-to-one") {
    throw fail(from, `no grouping allowed for ${JSON.stringify(op)} operation`);
  }
  return { ...matching, cardinality: "many-to-many" };
}

function checkedCall(call: Call, fail: Fail): Expr {
  const { name, from } = call;
  const declared = FUNCTIONS.get(name);
  if (declared === undefined) throw fail(from, `unknown function with name ${JSON.stringify(name)}`);
  const { args: types, variadic } = declared;
  const wrong = wrongCount(call.args.length, types.length, variadic);
  if (wrong !== null) {
    const given = `in call to ${JSON.stringify(name)}, got ${call.args.length}`;
    throw fail(from, `expected ${wrong} argument(s) ${given}`);
  }
  const context = `call to function ${JSON.stringify(name)}`;
  const args = call.args.map((arg, index) => {
    const type = types[Math.min(index, types.length - 1)];
    return type === undefined ? checked(arg, fail) : expectType(arg, type, context, fail);
  });
  return { ...call, args };
}

function wrongCount(given: number, declared: number, variadic: number): string | null {
  if (variadic === 0) return given === declared ? null : `${declared}`;
  const least = declared - 1;
  if (given < least) return `at least ${least}`;
  if (variadic > 0 && given > least + variadic) return `at most ${least + variadic}`;
  return null;
}
