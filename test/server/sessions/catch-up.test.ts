// The partitions of one client that are behind: one question at a time, each partition in its turn.

import { beforeEach, describe, expect, test } from "bun:test";
import type { PageAnswer, PageSource } from "../../../src/server/replay/page-source.ts";
import { CatchUp } from "../../../src/server/sessions/catch-up.ts";

const GONE: PageAnswer = { kind: "missing", nextOffset: 1 };

interface Question {
  readonly partition: number;
  readonly answer: () => void;
  isWithdrawn: boolean;
}

let questions: Question[];
let answered: number[];
let catchUp: CatchUp;

const source: Pick<PageSource, "request"> = {
  request(partition, _from, _to, ready) {
    const question = { partition, answer: () => ready(GONE), isWithdrawn: false };
    questions.push(question);
    return () => {
      question.isWithdrawn = true;
    };
  },
};

function ask(): void {
  catchUp.ask(
    source as PageSource,
    () => ({ from: 0, to: 1 }),
    (partition) => {
      answered.push(partition);
      ask();
    },
  );
}

beforeEach(() => {
  questions = [];
  answered = [];
  catchUp = new CatchUp();
  for (const partition of [3, 1, 2]) catchUp.add(partition);
});

describe("catching up", () => {
  test("asks for one partition at a time, and for each in its turn", () => {
    ask();
    ask();
    expect(questions).toHaveLength(1);
    for (let i = 0; i < 6; i++) questions[i]?.answer();
    expect(answered).toEqual([3, 1, 2, 3, 1, 2]);
  });

  test("of a partition that is no longer behind withdraws the question, and asks for the next", () => {
    ask();
    catchUp.remove(3);
    expect(questions[0]?.isWithdrawn).toBe(true);
    ask();
    expect(questions.map(({ partition }) => partition)).toEqual([3, 1]);
  });

  test("goes on waiting when another partition is no longer behind", () => {
    ask();
    catchUp.remove(1);
    expect(questions[0]?.isWithdrawn).toBe(false);
    questions[0]?.answer();
    questions[1]?.answer();
    expect(answered).toEqual([3, 2]);
  });

  test("ends with the client", () => {
    ask();
    catchUp.clear();
    ask();
    expect(questions).toHaveLength(1);
    expect(questions[0]?.isWithdrawn).toBe(true);
  });
});
