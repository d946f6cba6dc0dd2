// Times and durations as Go writes them (`time.Time.String`, `Format`, `time.Duration.String`). Times are in UTC and in
// nanoseconds since the Unix epoch.

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
/** The parts of a layout (time/format.go), longest first where one begins like another. */
const LAYOUT =
  /January|Jan|Monday|Mon|MST|2006|Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07|002|__2|_2006|_2|0[1-6]|15|PM|pm|[.,]0+(?!\d)|[.,]9+(?!\d)|[12345]/g;

export interface CalendarTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

export function calendarTime(ns: bigint): CalendarTime {
  const ms = Number(floorDivide(ns, NS_PER_MS));
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  const firstDay = new Date(0);
  firstDay.setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond: Number(ns - floorDivide(ns, NS_PER_SECOND) * NS_PER_SECOND),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((ms - firstDay.getTime()) / 86_400_000) + 1,
  };
}

export function monthName(month: number): string {
  return MONTHS[month - 1] ?? "";
}

export function weekdayName(weekday: number): string {
  return DAYS[weekday] ?? "";
}

export function timeText(ns: bigint): string {
  return formatTime(ns, "2006-01-02 15:04:05.999999999 -0700 MST");
}

/** @param layout Go's reference time, `2006-01-02 15:04:05` and so on */
export function formatTime(ns: bigint, layout: string): string {
  const time = calendarTime(ns);
  return layout.replace(LAYOUT, (part) => partText(part, time));
}

function partText(part: string, time: CalendarTime): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12;
  const texts: Readonly<Record<string, string>> = {
    January: monthName(time.month),
    Jan: monthName(time.month).slice(0, 3),
    Monday: weekdayName(time.weekday),
    Mon: weekdayName(time.weekday).slice(0, 3),
    MST: "UTC",
    "2006": yearText(time.year),
    _2006: `_${yearText(time.year)}`,
    "002": String(time.yearDay).padStart(3, "0"),
    __2: String(time.yearDay).padStart(3, " "),
    _2: String(time.day).padStart(2, " "),
    "01": two(time.month),
    "02": two(time.day),
    "03": two(hour12),
    "04": two(time.minute),
    "05": two(time.second),
    "06": two(time.year % 100),
    "15": two(time.hour),
    "1": String(time.month),
    "2": String(time.day),
    "3": String(hour12),
    "4": String(time.minute),
    "5": String(time.second),
    PM: time.hour >= 12 ? "PM" : "AM",
    pm: time.hour >= 12 ? "pm" : "am",
    "-07:00:00": "+00:00:00",
    "-070000": "+000000",
    "-07:00": "+00:00",
    "-0700": "+0000",
    "-07": "+00",
  };
  return texts[part] ?? (part.startsWith("Z") ? "Z" : fractionText(part, time.nanosecond));
}

function yearText(year: number): string {
  return year < 0 ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
}

/** `.000` keeps zeros at the end, `.999` does not. */
function fractionText(part: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, "0")
    .slice(0, part.length - 1);
  if (part.charAt(1) === "0") return part.charAt(0) + digits.padEnd(part.length - 1, "0");
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "" : part.charAt(0) + kept;
}

export function durationText(ns: bigint): string {
  if (ns === 0n) return "0s";
  const sign = ns < 0n ? "-" : "";
  const size = ns < 0n ? -ns : ns;
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < NS_PER_MS) return `${sign}${withFraction(size, 1000n)}µs`;
  if (size < NS_PER_SECOND) return `${sign}${withFraction(size, NS_PER_MS)}ms`;
  const minutes = size / (60n * NS_PER_SECOND);
  const seconds = `${withFraction(size % (60n * NS_PER_SECOND), NS_PER_SECOND)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function withFraction(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return fraction === "" ? `${value / unit}` : `${value / unit}.${fraction}`;
}
