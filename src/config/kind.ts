// What a value may look like: how its text is read, and what to tell people whose text is wrong.

import { isIP } from "node:net";
import { z } from "zod";
import { describeError } from "../errors.ts";
import { parseRedisUrl, type RedisAddress } from "./redis-url.ts";
import { readTenantLimits, type TenantLimitsFile } from "./tenant-limits-file.ts";

/** Reads a text file; throws if it cannot. */
export type ReadFile = (path: string) => string;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  /** `why` adds to what was expected, for example why a file could not be read. */
  | { readonly ok: false; readonly why?: string };

export interface Kind<T> {
  /** Completes "expected ...". */
  readonly expected: string;
  /** One word that stands for the value in the help of a flag; empty for a switch that may stand alone. */
  readonly placeholder: string;
  parse(text: string, readFile: ReadFile): Parsed<T>;
}

function kind<T>(placeholder: string, expected: string, schema: z.ZodType<T, string>): Kind<T> {
  return {
    expected,
    placeholder,
    parse(text) {
      const result = schema.safeParse(text);
      return result.success ? { ok: true, value: result.data } : { ok: false };
    },
  };
}

/** Items of a comma list, trimmed, without empty ones. */
const commaList = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** A whole number in decimal digits. */
export function wholeNumber(min: number, max: number, unit: string): Kind<number> {
  return kind(
    "number",
    `a whole number of ${unit} from ${min} to ${max}`,
    z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(min).max(max)),
  );
}

/** A number above 0, which may have a decimal point. */
export function decimal(max: number, unit: string): Kind<number> {
  return kind(
    "number",
    `a number of ${unit} above 0, at most ${max}`,
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number().positive().max(max)),
  );
}

/** A TCP port; 0 asks for a free one. */
export function port(): Kind<number> {
  return { ...wholeNumber(0, 65_535, ""), placeholder: "port", expected: "a port from 0 to 65535" };
}

/** Timers of JavaScript hold 2^31-1 milliseconds; longer ones fire at once. */
const MAX_TIMER_SECS = 2_147_483;

/** Whole seconds from `min` on, as long as timers can wait. */
export function seconds(min: number): Kind<number> {
  return wholeNumber(min, MAX_TIMER_SECS, "seconds");
}

/** A switch. */
export function onOff(): Kind<boolean> {
  return kind(
    "",
    "true or false",
    z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off"] }),
  );
}

/** One of `values`, whatever the case it is written in. */
export function choice<const V extends string>(...values: readonly [V, ...V[]]): Kind<V> {
  const byText = new Map(values.map((value) => [value.toLowerCase(), value]));
  return kind(
    values.join("|"),
    `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`,
    z.string().transform((text, context) => {
      const value = byText.get(text.toLowerCase());
      if (value !== undefined) return value;
      context.addIssue("unknown");
      return z.NEVER;
    }),
  );
}

/** Any text that is not empty; `expected` says what it is for. */
export function text(expected: string, maxLength = 1024): Kind<string> {
  return kind("text", expected, z.string().min(1).max(maxLength));
}

/** Kafka's own rule for topic names (`org.apache.kafka.common.internals.Topic`). */
export function topicName(): Kind<string> {
  return kind(
    "topic",
    "up to 249 of the characters a-z, A-Z, 0-9, dot, underscore and hyphen",
    z
      .string()
      .regex(/^[a-zA-Z0-9._-]{1,249}$/)
      .refine((name) => name !== "." && name !== ".."),
  );
}

const BROKER = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/;

function isBroker(address: string): boolean {
  const { v6, port } = BROKER.exec(address)?.groups ?? { v6: "" };
  if (v6 !== undefined && isIP(v6) !== 6) return false;
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
}

/** Addresses of Kafka brokers. */
export function brokerList(): Kind<readonly string[]> {
  return kind(
    "host:port,...",
    "a comma list of host:port or [IPv6 address]:port",
    commaList.pipe(z.array(z.string().refine(isBroker)).min(1)),
  );
}

const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;
const DIGITS_AND_DOTS = /^[\d.]+$/;

/** An address to listen on; an IPv6 address may have brackets, its value has none. */
export function listenHost(): Kind<string> {
  return kind(
    "host",
    "a host name or IP address without a port",
    z
      .string()
      .transform((host) => (/^\[.*\]$/.test(host) ? host.slice(1, -1) : host))
      .refine((host) => isIP(host) !== 0 || (HOST_NAME.test(host) && !DIGITS_AND_DOTS.test(host))),
  );
}

const MAX_BUCKETS = 100;
const DECIMAL = /^\d+(\.\d+)?$/;

/** Upper bounds of the buckets of a histogram; `+Inf` comes by itself. */
export function bucketList(): Kind<readonly number[]> {
  return kind(
    "number,...",
    `a comma list of 1 to ${MAX_BUCKETS} decimal numbers of at least 0, each larger than the one before`,
    z
      .string()
      .transform((text) => text.split(",").map((item) => item.trim()))
      .pipe(z.array(z.string().regex(DECIMAL).transform(Number).pipe(z.number())).min(1).max(MAX_BUCKETS))
      .refine((bounds) => bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? 0))),
  );
}

/** Addresses of either IP version. */
export function ipList(): Kind<readonly string[]> {
  return kind(
    "ip,...",
    "a comma list of IP addresses (no ranges)",
    commaList.pipe(z.array(z.string().refine((address) => isIP(address) !== 0))),
  );
}

function isOrigin(text: string): boolean {
  if (text === "*") return true;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { host, pathname, search, hash, username } = new URL(text);
  return host !== "" && pathname === "/" && !text.endsWith("/") && `${search}${hash}${username}` === "";
}

/** Origins of web pages as browsers send them. */
export function originList(): Kind<readonly string[]> {
  return kind(
    "origin,...",
    "a comma list of origins such as https://example.org, or * for all",
    commaList.pipe(z.array(z.string().refine(isOrigin))),
  );
}

/** An address of Redis. */
export function redisUrl(): Kind<RedisAddress> {
  return {
    placeholder: "url",
    expected: "redis://[user:password@]host[:port][/database], or rediss:// for TLS",
    parse(text) {
      const value = parseRedisUrl(text);
      return value === null ? { ok: false } : { ok: true, value };
    },
  };
}

/** The path of a file with limits of tenants, which is read. */
export function tenantLimitsFile(): Kind<TenantLimitsFile> {
  return {
    placeholder: "path",
    expected: "the path of a JSON file with limits by tenant",
    parse: readTenantLimits,
  };
}

export interface PemFile {
  readonly path: string;
  readonly pem: string;
}

/** The path of a PEM file, which is read. */
export function pemFile(): Kind<PemFile> {
  return {
    placeholder: "path",
    expected: "the path of a readable PEM file",
    parse(path, readFile) {
      try {
        const pem = readFile(path);
        return pem.includes("-----BEGIN ")
          ? { ok: true, value: { path, pem } }
          : { ok: false, why: "the file has no PEM block" };
      } catch (error) {
        return { ok: false, why: describeError(error) };
      }
    },
  };
}
