// The services of a live stack as a drill handles them: killed, stopped, started, and given other settings.

import { COMPONENT_NAMES, type ComponentName, type ComponentsControl } from "../faults/stage.ts";
import type { Scenario } from "../scenarios/scenario.ts";

export type Environment = Readonly<Record<string, string>>;

export interface ServicesControl extends ComponentsControl {
  /** Starts it anew with these variables over its usual ones; none = as usual. Resolves when it runs. */
  configure(name: ComponentName, env: Environment): Promise<void>;
}

/** Those of a service that nobody has touched. */
const USUAL = textOf({});

/** Gives services the settings that scenarios ask for, and restarts only those whose settings differ. */
export class ServiceSettings {
  readonly #services: ServicesControl;
  readonly #base: Environment;
  /** `null` where giving them failed, so that nobody knows what is in force. */
  readonly #current = new Map<ComponentName, string | null>();

  /** @param base variables of every scenario, over the usual ones of the services */
  constructor(services: ServicesControl, base: Environment = {}) {
    this.#services = services;
    this.#base = base;
  }

  /** @returns those that were started anew */
  async apply({ env, env_of }: Pick<Scenario, "env" | "env_of">): Promise<readonly ComponentName[]> {
    const started: ComponentName[] = [];
    for (const name of COMPONENT_NAMES) {
      if (await this.#give(name, { ...this.#base, ...env, ...env_of[name] })) started.push(name);
    }
    return started;
  }

  /** Gives one service the settings that it had before the drill. @returns whether it had others */
  async restore(name: ComponentName): Promise<boolean> {
    return this.#give(name, {});
  }

  async #give(name: ComponentName, env: Environment): Promise<boolean> {
    const wanted = textOf(env);
    const current = this.#current.get(name);
    if (wanted === (current === undefined ? USUAL : current)) return false;
    // A service that was started and did not become well has the new settings all the same.
    this.#current.set(name, null);
    await this.#services.configure(name, env);
    this.#current.set(name, wanted);
    return true;
  }
}

function textOf(env: Environment): string {
  return JSON.stringify(Object.entries(env).sort());
}

/** Services of which is kept what was done to them: one that was killed or stopped is down until it has been started. */
export class WatchedServices implements ServicesControl {
  readonly #services: ServicesControl;
  readonly #down = new Set<ComponentName>();

  constructor(services: ServicesControl) {
    this.#services = services;
  }

  async kill(name: ComponentName): Promise<void> {
    // Also where it fails: an interruption reaches the program that does it, which may have done its work.
    this.#down.add(name);
    await this.#services.kill(name);
  }

  async stop(name: ComponentName): Promise<void> {
    this.#down.add(name);
    await this.#services.stop(name);
  }

  async start(name: ComponentName): Promise<void> {
    await this.#services.start(name);
    this.#down.delete(name);
  }

  async configure(name: ComponentName, env: Environment): Promise<void> {
    await this.#services.configure(name, env);
    this.#down.delete(name);
  }

  /** Starts one that is down, or may be. @returns whether it was such a one */
  async revive(name: ComponentName): Promise<boolean> {
    if (!this.#down.has(name)) return false;
    await this.start(name);
    return true;
  }
}
