// Where a number or duration ends. A port of `scanNumber` and `acceptRemainingDuration` of Prometheus (promql/parser/lex.go),
// with what it lets through: whether the token is a number is seen when its value is read.

const DECIMAL = /[0-9]/;
const HEXADECIMAL = /[0-9a-fA-F]/;
const WORD = /[0-9A-Za-z_]/;

export interface ScannedNumber {
  readonly kind: "number" | "duration" | "bad";
  readonly to: number;
}

/** A position in a text, moved by what it accepts. */
class Scanner {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  get next(): string {
    return this.#text[this.at] ?? "";
  }

  sees(pattern: RegExp): boolean {
    return this.next !== "" && pattern.test(this.next);
  }

  accept(pattern: RegExp): boolean {
    if (!this.sees(pattern)) return false;
    this.at++;
    return true;
  }
}

/** @param from position of a digit, or of a point before a digit */
export function scanNumberOrDuration(text: string, from: number): ScannedNumber {
  const scanner = new Scanner(text, from);
  if (scanNumber(scanner)) return { kind: "number", to: scanner.at };
  return { kind: scanDurationRest(scanner) ? "duration" : "bad", to: scanner.at };
}

function scanNumber(scanner: Scanner): boolean {
  const start = scanner.at;
  let digit = DECIMAL;
  if (scanner.accept(/0/) && scanner.accept(/[xX]/)) {
    scanner.accept(/_/);
    digit = HEXADECIMAL;
  }
  scanner.accept(/\./);
  scanner.accept(digit);
  let hasPoint = false;
  let hasExponent = false;
  while (scanner.sees(digit) || scanner.sees(/[._eE]/)) {
    if ((hasPoint && scanner.accept(/\./)) || (hasExponent && scanner.accept(/[eE]/))) return false;
    if (scanner.accept(/\./)) {
      hasPoint = true;
      if (scanner.accept(/[_.]/) || digit === HEXADECIMAL) return false;
    } else if (scanner.accept(/[eE]/)) {
      hasExponent = true;
      scanner.accept(/[+-]/);
      if (scanner.accept(/[._eE]/) || scanner.next === "") return false;
    } else if (scanner.accept(/_/)) {
      if (scanner.accept(/[._eE]/) || scanner.next === "") return false;
    } else {
      while (scanner.accept(digit));
    }
  }
  return scanner.at > start && !scanner.sees(WORD);
}

function scanDurationRest(scanner: Scanner): boolean {
  if (!scanner.accept(/[smhdwy]/)) return false;
  scanner.accept(/s/);
  while (scanner.accept(DECIMAL)) {
    while (scanner.accept(DECIMAL));
    if (!scanner.accept(/[smhdw]/)) return false;
    scanner.accept(/s/);
  }
  // What it must not be followed by is part of what is said to be wrong.
  return !scanner.accept(WORD);
}
