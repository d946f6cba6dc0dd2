// An alert that a scenario expects with certain labels, and that became active with others only: that is told as what it
// is, and is neither "inactive" nor an alert beside the aim.

import type { Scenario } from "../scenarios/scenario.ts";
import type { Episode } from "./alert-history.ts";

type Expectation = Scenario["expect"][number];

/** So many sets of labels are told. */
const MAX_TOLD = 3;

/** Whether an episode is of an expected alert; labels that an expectation does not name may be anything. */
export function isMeant({ alert, labels }: Expectation, episode: Episode): boolean {
  if (episode.alert !== alert) return false;
  return Object.entries(labels).every(([name, value]) => episode.labels[name] === value);
}

/** Episodes with other labels than `expectation` has; empty if the alert fired with those. */
export function insteadOf(expectation: Expectation, episodes: readonly Episode[]): readonly Episode[] {
  const ofAlert = episodes.filter(({ alert }) => alert === expectation.alert);
  const own = ofAlert.filter((episode) => isMeant(expectation, episode));
  if (own.some(hasFired)) return [];
  const others = ofAlert.filter((episode) => !isMeant(expectation, episode));
  const fired = others.filter(hasFired);
  return fired.length > 0 ? fired : others;
}

function hasFired({ firingMs }: Episode): boolean {
  return firingMs !== null;
}

/** `it fired, but with tenant_id="flood", not "acme"`, for each set of labels. */
export function insteadReasons({ labels }: Expectation, instead: readonly Episode[]): readonly string[] {
  const texts = new Set(
    instead.map((episode) => {
      const did = hasFired(episode) ? "fired" : "became pending and did not fire, and that";
      const differing = Object.entries(labels).filter(([name, value]) => episode.labels[name] !== value);
      const parts = differing.map(([name, value]) => differenceText(name, episode.labels[name], value));
      return `it ${did}${hasFired(episode) ? ", but" : ""} ${parts.join(" and ")}`;
    }),
  );
  const told = [...texts].slice(0, MAX_TOLD);
  const more = texts.size - told.length;
  return more === 0 ? told : [...told, `it did so with ${more} more sets of other labels`];
}

function differenceText(name: string, got: string | undefined, wanted: string): string {
  if (got === undefined) return `without the label ${name}, not with ${JSON.stringify(wanted)}`;
  return `with ${name}=${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`;
}
