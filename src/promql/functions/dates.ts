// What the calendar says about samples that are seconds since 1970, or about the time of the evaluation.

import { Labels } from "../labels.ts";
import { type CalendarTime, calendarTime, daysInMonth } from "./calendar.ts";
import { samplesArgument } from "./call.ts";
import { mapSamples, promFunction, vector } from "./definition.ts";
import type { PromFunction } from "./function.ts";

function ofDate(name: string, read: (time: CalendarTime) => number): PromFunction {
  return promFunction({
    name,
    args: ["vector"],
    variadic: 1,
    evaluate(context) {
      if (context.args.length > 0) {
        return mapSamples(samplesArgument(context, 0), ({ value }) => read(calendarTime(value)));
      }
      return vector([{ labels: Labels.empty, value: read(calendarTime(context.atMs / 1000)) }]);
    },
  });
}

export const DATES: readonly PromFunction[] = [
  ofDate("days_in_month", ({ year, month }) => daysInMonth(year, month)),
  ofDate("day_of_month", ({ day }) => day),
  ofDate("day_of_week", ({ weekday }) => weekday),
  ofDate("day_of_year", ({ dayOfYear }) => dayOfYear),
  ofDate("hour", ({ hour }) => hour),
  ofDate("minute", ({ minute }) => minute),
  ofDate("month", ({ month }) => month),
  ofDate("year", ({ year }) => year),
];
