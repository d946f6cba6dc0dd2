// Rules that decide about requests of a simulated server: asked in the order in which they were added, the first that
// does not pass decides.

/** `request`: before anything is done. `response`: everything is done, only the answer is concerned. */
export type ControlStage = "request" | "response";

/** A rule in force. */
export interface ControlRule {
  /** Requests that it decided, those it passed not counted. */
  readonly hits: number;
  remove(): void;
}

interface Rule<Request, Decision> {
  /** `null` = passes. */
  readonly decide: (request: Request) => Decision | null;
  readonly times: number;
  hits: number;
}

/** The rules of one server. */
export class ControlRules<Request, Decision> {
  readonly #rules = new Set<Rule<Request, Decision>>();

  get active(): boolean {
    return this.#rules.size > 0;
  }

  /** Adds a rule, which removes itself once it has decided `times` requests; `null` passes one. */
  add(decide: (request: Request) => Decision | null, times: number = Number.POSITIVE_INFINITY): ControlRule {
    const rule: Rule<Request, Decision> = { decide, times, hits: 0 };
    const rules = this.#rules;
    rules.add(rule);
    return {
      get hits() {
        return rule.hits;
      },
      remove: () => void rules.delete(rule),
    };
  }

  /** The first decision that is not to pass, or `null`. */
  decide(request: Request): Decision | null {
    for (const rule of this.#rules) {
      const decision = rule.decide(request);
      if (decision === null) continue;
      rule.hits++;
      if (rule.hits >= rule.times) this.#rules.delete(rule);
      return decision;
    }
    return null;
  }
}
