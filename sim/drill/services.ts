// The services of a live stack as a drill handles them: killed, stopped, started, and given other settings.

import type { ComponentName, ComponentsControl } from "../faults/stage.ts";
import type { Scenario } from "../scenarios/scenario.ts";

export type Environment = Readonly<Record<string, string>>;

export interface ServicesControl extends ComponentsControl {
  /** Starts it anew with these variables over its usual ones; none = as usual. Resolves when it runs. */
  configure(name: ComponentName, env: Environment): Promise<void>;
}

export const COMPONENT_NAMES: readonly ComponentName[] = ["websocket-server", "quality-monitor", "exporter"];

/** Gives services the settings that scenarios ask for, and restarts only those whose settings differ. */
export class ServiceSettings {
  readonly #services: ServicesControl;
  readonly #base: Environment;
  readonly #current = new Map<ComponentName, string>();

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

  /** As before the drill. */
  async restore(): Promise<void> {
    for (const name of COMPONENT_NAMES) await this.#give(name, {});
  }

  async #give(name: ComponentName, env: Environment): Promise<boolean> {
    const wanted = JSON.stringify(Object.entries(env).sort());
    if (wanted === (this.#current.get(name) ?? "[]")) return false;
    await this.#services.configure(name, env);
    this.#current.set(name, wanted);
    return true;
  }
}
