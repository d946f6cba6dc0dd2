// The words, names and numbers of believable runs. Faker writes them once; afterwards they are only picked, so
// that a message costs no more than a few random numbers.

import { base, en, Faker } from "@faker-js/faker";
import type { Random } from "../../src/runtime/random.ts";

const POOL_SIZE = 256;

/** Model names that the quality exporter has a series for. */
const MODELS = ["gpt-4o", "gpt-4o-mini", "claude-3.5-sonnet", "claude-3.5-haiku", "gemini-1.5-pro"] as const;

export interface Source {
  readonly title: string;
  readonly url: string;
}

/** Draws from one seeded generator; two contents of the same seed give the same in the same order. */
export interface Content {
  readonly random: Random;
  question(): string;
  sentence(): string;
  /** `count` words with spaces between them. */
  words(count: number): string;
  person(): string;
  source(): Source;
  model(): string;
  category(): string;
  chance(probability: number): boolean;
  pick<T>(values: readonly [T, ...T[]]): T;
  /** Uniform integer between both, both included. */
  between(min: number, max: number): number;
  /** A time in microseconds, log-normal around `medianMs`: most are near it, some are many times longer. */
  durationUs(medianMs: number): number;
  /** A ratio in [0, 1] with three digits, most of them near `center`. */
  ratio(center: number): number;
}

/** Fills the pools. Takes some ten milliseconds. */
export function createContent(random: Random): Content {
  const faker = fakerOn(random);
  const pool = <T>(make: () => T): readonly T[] => Array.from({ length: POOL_SIZE }, make);
  const drawFrom = <T>(values: readonly T[]): T => values[random.int(values.length)] as T;
  const questions = pool(
    () =>
      `How do we ${faker.hacker.verb()} the ${faker.hacker.adjective()} ${faker.hacker.noun()} at ${faker.company.name()}?`,
  );
  const sentences = pool(() => faker.hacker.phrase());
  const words = pool(() => faker.word.sample());
  const people = pool(() => faker.person.fullName());
  const sources = pool(
    (): Source => ({
      title: `${faker.company.catchPhrase()} (${faker.location.city()})`,
      url: `https://${faker.internet.domainName()}/${faker.lorem.slug()}`,
    }),
  );
  return {
    random,
    question: () => drawFrom(questions),
    sentence: () => drawFrom(sentences),
    words: (count) => Array.from({ length: count }, () => drawFrom(words)).join(" "),
    person: () => drawFrom(people),
    source: () => drawFrom(sources),
    model: () => drawFrom(MODELS),
    category: () => drawFrom(["Simple", "Medium", "Complex", "Edge"]),
    chance: (probability) => random.next() < probability,
    pick: (values) => drawFrom(values),
    between: (min, max) => min + random.int(max - min + 1),
    durationUs: (medianMs) => Math.round(medianMs * 1000 * Math.exp(0.6 * normal(random))),
    ratio: (center) => Math.round(Math.min(1, Math.max(0, center + 0.08 * normal(random))) * 1000) / 1000,
  };
}

/** Names of tenants as they look in a label: lower case with dashes, all different. */
export function tenantNames(random: Random, count: number): readonly string[] {
  const faker = fakerOn(random);
  const names = new Set<string>();
  while (names.size < count) {
    const name = faker.helpers.slugify(faker.company.name().toLowerCase()).replace(/[^a-z0-9-]/g, "");
    names.add(names.has(name) ? `${name}-${names.size}` : name);
  }
  return [...names];
}

/** A faker of its own: faker's ready-made instances are shared by the whole process. */
function fakerOn(random: Random): Faker {
  return new Faker({ locale: [en, base], randomizer: { next: () => random.next(), seed: () => {} } });
}

/** A standard normal number: the sum of twelve uniform ones has variance 1 (Irwin-Hall). */
function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next();
  return sum;
}
