// Durations of scenarios, in the form that Prometheus writes (`90s`, `5m`, `1h30m`), read and written.

import { DashstreamError } from "../../src/errors.ts";

/** What is understood; completes "expected ...". */
export const DURATION_FORMS = "a duration such as 90s, 5m or 1h30m";

/** Hours, minutes and seconds, at least one of them; parts of a second with up to three digits. */
export const DURATION = /^(?=.)(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9}(?:\.\d{1,3})?)s)?$/;

/**
 * Seconds of a duration.
 * @throws DashstreamError `scenario_invalid` if `text` is no duration
 */
export function seconds(text: string): number {
  const parts = DURATION.exec(text);
  if (parts === null) {
    throw new DashstreamError("scenario_invalid", `${JSON.stringify(text)}: expected ${DURATION_FORMS}`);
  }
  const [, hours = "0", minutes = "0", rest = "0"] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

/** Milliseconds of a duration. @throws DashstreamError `scenario_invalid` if `text` is no duration */
export function durationMs(text: string): number {
  return seconds(text) * 1000;
}

/** A number of seconds in the same form; parts of a second with up to three digits. */
export function durationText(totalSeconds: number): string {
  const millis = Math.round(Math.abs(totalSeconds) * 1000);
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor(millis / 60_000) % 60;
  const rest = (millis % 60_000) / 1000;
  const text = [
    hours > 0 ? `${hours}h` : "",
    minutes > 0 ? `${minutes}m` : "",
    rest > 0 || millis < 60_000 ? `${rest}s` : "",
  ].join("");
  return totalSeconds < 0 && millis > 0 ? `-${text}` : text;
}
