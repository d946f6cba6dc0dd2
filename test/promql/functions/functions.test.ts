import { describe, expect, test } from "bun:test";
import { EXPERIMENTAL_FUNCTIONS, FUNCTIONS } from "../../../src/promql/functions/functions.ts";

/** Every stable function of `promql/parser/functions.go` of v0.316.0: kinds of arguments, what may be left out, result. */
const SIGNATURES = `
abs vector > vector
absent vector > vector
absent_over_time matrix > vector
acos vector > vector
acosh vector > vector
asin vector > vector
asinh vector > vector
atan vector > vector
atanh vector > vector
avg_over_time matrix > vector
ceil vector > vector
changes matrix > vector
clamp vector scalar scalar > vector
clamp_max vector scalar > vector
clamp_min vector scalar > vector
cos vector > vector
cosh vector > vector
count_over_time matrix > vector
day_of_month vector 1 > vector
day_of_week vector 1 > vector
day_of_year vector 1 > vector
days_in_month vector 1 > vector
deg vector > vector
delta matrix > vector
deriv matrix > vector
exp vector > vector
first_over_time matrix > vector
floor vector > vector
histogram_avg vector > vector
histogram_count vector > vector
histogram_fraction scalar scalar vector > vector
histogram_quantile scalar vector > vector
histogram_stddev vector > vector
histogram_stdvar vector > vector
histogram_sum vector > vector
hour vector 1 > vector
idelta matrix > vector
increase matrix > vector
irate matrix > vector
label_join vector string string string -1 > vector
label_replace vector string string string string > vector
last_over_time matrix > vector
ln vector > vector
log10 vector > vector
log2 vector > vector
max_over_time matrix > vector
min_over_time matrix > vector
minute vector 1 > vector
month vector 1 > vector
pi > scalar
predict_linear matrix scalar > vector
present_over_time matrix > vector
quantile_over_time scalar matrix > vector
rad vector > vector
rate matrix > vector
resets matrix > vector
round vector scalar 1 > vector
scalar vector > scalar
sgn vector > vector
sin vector > vector
sinh vector > vector
sort vector > vector
sort_desc vector > vector
sqrt vector > vector
stddev_over_time matrix > vector
stdvar_over_time matrix > vector
sum_over_time matrix > vector
tan vector > vector
tanh vector > vector
time > scalar
timestamp vector > vector
vector scalar > vector
year vector 1 > vector`;

/** Those whose result keeps the name of the metric. */
const KEEPING = "first_over_time label_join label_replace last_over_time pi scalar sort sort_desc time".split(
  " ",
);

describe("the table of functions", () => {
  test("has every stable function with the signature of Prometheus", () => {
    const signatures = [...FUNCTIONS.values()].map(({ name, args, variadic, returns }) =>
      [name, ...args, ...(variadic === 0 ? [] : [variadic]), ">", returns].join(" "),
    );
    expect(signatures.sort()).toEqual(SIGNATURES.trim().split("\n").sort());
  });

  test("takes the name of the metric from all results but those that are the series itself", () => {
    const keeping = [...FUNCTIONS.values()].filter(({ dropsName }) => !dropsName).map(({ name }) => name);
    expect(keeping.sort()).toEqual(KEEPING);
  });

  test("has nothing experimental", () => {
    expect([...EXPERIMENTAL_FUNCTIONS].filter((name) => FUNCTIONS.has(name))).toEqual([]);
  });
});
