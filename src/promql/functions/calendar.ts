// Dates in UTC of times that may lie billions of years away, which a Date of this language cannot hold: a vector may have
// any values.

const DAY_S = 86_400;
/** Days of 400 years, after which the calendar repeats itself. */
const ERA_DAYS = 146_097;
/** From 0000-03-01 to 1970-01-01. Counted from March, the day that leap years add comes last. */
const MARCH_EPOCH_DAYS = 719_468;
/** Seconds from the first moment that Go's clock can hold to 1970-01-01 (`time.absoluteToInternal`, `unixToInternal`). */
const GO_RANGE_START_S = (730_692_556n * BigInt(ERA_DAYS) + BigInt(MARCH_EPOCH_DAYS)) * BigInt(DAY_S);
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

export interface CalendarTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 1 to 366. */
  readonly dayOfYear: number;
  /** 0 = Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** Whole days and the seconds of the last one since 1970. */
function daysAndSeconds(unixS: number): readonly [days: number, seconds: number] {
  const whole = Math.trunc(unixS);
  if (Number.isSafeInteger(whole)) {
    const days = Math.floor(whole / DAY_S);
    return [days, whole - days * DAY_S];
  }
  // What Go makes of such a number: one that fits no 64 bits becomes the smallest, and its clock runs round.
  const given = Number.isFinite(whole) ? BigInt(whole) : INT64_MIN;
  const seconds = given > INT64_MAX || given < INT64_MIN ? INT64_MIN : given;
  const sinceStart = BigInt.asUintN(64, seconds + GO_RANGE_START_S);
  const day = BigInt(DAY_S);
  return [Number(sinceStart / day - GO_RANGE_START_S / day), Number(sinceStart % day)];
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** @param month 1 to 12 */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/**
 * The date of seconds since 1970; fractions are cut off. Days to dates after Howard Hinnant, "chrono-Compatible Low-Level
 * Date Algorithms".
 */
export function calendarTime(unixS: number): CalendarTime {
  const [days, seconds] = daysAndSeconds(unixS);
  const shifted = days + MARCH_EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfMarchYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfMarchYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  // January and February end the year that is counted from March.
  const beforeMarch = isLeapYear(year) ? 60 : 59;
  return {
    year,
    month,
    day: dayOfMarchYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
    dayOfYear: month > 2 ? dayOfMarchYear + beforeMarch + 1 : dayOfMarchYear - 305,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor((seconds % 3600) / 60),
  };
}
