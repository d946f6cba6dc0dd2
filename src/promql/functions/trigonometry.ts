// Angles, and the functions of them.

import { goAtan } from "../go-arctangent.ts";
import { goCosh, goSinh } from "../go-math.ts";
import { ofEachSample, promFunction, scalar } from "./definition.ts";
import type { PromFunction } from "./function.ts";

const DEGREE = Math.PI / 180;
const RADIAN = 180 / Math.PI;

export const TRIGONOMETRY: readonly PromFunction[] = [
  ofEachSample("acos", Math.acos),
  ofEachSample("acosh", Math.acosh),
  ofEachSample("asin", Math.asin),
  ofEachSample("asinh", Math.asinh),
  ofEachSample("atan", goAtan),
  ofEachSample("atanh", Math.atanh),
  ofEachSample("cos", Math.cos),
  ofEachSample("cosh", goCosh),
  ofEachSample("deg", (radians) => radians * RADIAN),
  ofEachSample("rad", (degrees) => degrees * DEGREE),
  ofEachSample("sin", Math.sin),
  ofEachSample("sinh", goSinh),
  ofEachSample("tan", Math.tan),
  ofEachSample("tanh", Math.tanh),
  promFunction({
    name: "pi",
    args: [],
    returns: "scalar",
    dropsName: false,
    evaluate: () => scalar(Math.PI),
  }),
];
