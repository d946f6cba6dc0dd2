// Reads an exposition back into what it promises, for lists that are written down apart from the catalogue.

/**
 * One line a metric: `kind name`, followed by its labels with their values, or `*` where the values are only known
 * at run time.
 */
export function summarise(body: string): string[] {
  return [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", kind]) => {
    const suffix = kind === "histogram" ? "_bucket" : "";
    const lines = body.split("\n").filter((line) => new RegExp(`^${name}${suffix}[ {]`).test(line));
    const values = new Map<string, Set<string>>();
    for (const [, label = "", value = ""] of lines.join("\n").matchAll(/[{,](\w+)="([^"]*)"/g)) {
      if (label !== "le") values.set(label, (values.get(label) ?? new Set()).add(value));
    }
    const labels = [...values].map(([label, set]) => ` ${label}=${[...set].sort().join("|")}`);
    return `${kind} ${name}${lines.length === 0 ? " *" : labels.join("")}`;
  });
}
