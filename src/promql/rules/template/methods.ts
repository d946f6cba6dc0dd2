// Methods that templates may call on the results of `toTime` and `toDuration`. Others of Go's are refused by name.

import { failure } from "./failure.ts";
import type { TemplateFunction } from "./function.ts";
import { type CalendarTime, calendarTime, formatTime, monthName, weekdayName } from "./go-time.ts";
import { type GoValue, goBool, goFloat, goInt, goString, ownText, typeName } from "./value.ts";

type Timed = Extract<GoValue, { readonly kind: "time" | "duration" }>;

/** Whole parts of a second and a division that Go truncates. */
function method(call: TemplateFunction["call"], params: TemplateFunction["params"] = []): TemplateFunction {
  return { params, call };
}

function timeMethods(ns: bigint): Readonly<Record<string, TemplateFunction>> {
  const part = (read: (time: CalendarTime) => number) => method(() => goInt(read(calendarTime(ns))));
  return {
    Format: method(
      ([layout]) => goString(layout?.kind === "string" ? formatTime(ns, layout.value) : ""),
      ["string"],
    ),
    Unix: method(() => goInt(floorDivided(ns, 1_000_000_000n), "int64")),
    UnixMilli: method(() => goInt(floorDivided(ns, 1_000_000n), "int64")),
    UnixMicro: method(() => goInt(floorDivided(ns, 1000n), "int64")),
    UnixNano: method(() => goInt(ns, "int64")),
    UTC: method(() => ({ kind: "time", value: ns })),
    Year: part(({ year }) => year),
    Month: method(() => goString(monthName(calendarTime(ns).month))),
    Weekday: method(() => goString(weekdayName(calendarTime(ns).weekday))),
    Day: part(({ day }) => day),
    YearDay: part(({ yearDay }) => yearDay),
    Hour: part(({ hour }) => hour),
    Minute: part(({ minute }) => minute),
    Second: part(({ second }) => second),
    Nanosecond: part(({ nanosecond }) => nanosecond),
    IsZero: method(() => goBool(false)),
  };
}

function durationMethods(ns: bigint): Readonly<Record<string, TemplateFunction>> {
  const float = (unit: bigint) => method(() => goFloat(Number(ns / unit) + Number(ns % unit) / Number(unit)));
  return {
    Hours: float(3_600_000_000_000n),
    Minutes: float(60_000_000_000n),
    Seconds: float(1_000_000_000n),
    Milliseconds: method(() => goInt(ns / 1_000_000n, "int64")),
    Microseconds: method(() => goInt(ns / 1000n, "int64")),
    Nanoseconds: method(() => goInt(ns, "int64")),
  };
}

function floorDivided(value: bigint, divisor: bigint): bigint {
  return value % divisor < 0n ? value / divisor - 1n : value / divisor;
}

/** @throws DashstreamError `rules_invalid` for a method that is not here */
export function methodOf(value: Timed, name: string): TemplateFunction {
  if (name === "String") return method(() => goString(ownText(value) ?? ""));
  const methods = value.kind === "time" ? timeMethods(value.value) : durationMethods(value.value);
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!found) throw failure(`can't evaluate field ${name} in type ${typeName(value)}`);
  return found;
}
