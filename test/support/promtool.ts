// promtool, Prometheus' own tool, as the judge of what we expose. Suites that use it are declared with
// `describeReal("promtool", ...)`.

/** Exit code of `promtool check metrics` for text that parses and breaks a naming rule. */
const NAMES_ONLY = 3;

/** Breaks a rule, but the name is the one that existing dashboards and alerts ask for. */
const INHERITED = / metric names should not contain abbreviated units$/;

/**
 * What `promtool check metrics` has against an exposition in text format, without the units in inherited names.
 * @throws if the text does not parse
 */
export function metricComplaints(exposition: string): readonly string[] {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["promtool", "check", "metrics"], {
    stdin: Buffer.from(exposition),
  });
  const said = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
  if (exitCode !== 0 && exitCode !== NAMES_ONLY) throw new Error(`promtool refuses it: ${said.join("; ")}`);
  return said.filter((line) => !INHERITED.test(line));
}
