// Rule files of Prometheus, and `PrometheusRule` resources of Kubernetes, alone, in lists and in files of many documents.
// A file is read whole or refused with everything that is wrong with it.

import { FieldReader } from "./file/fields.ts";
import { readRuleGroup } from "./file/read-rule-group.ts";
import { RuleProblems } from "./file/rule-problems.ts";
import { readYaml, type YamlValue } from "./file/yaml-value.ts";
import type { Rule, RuleGroup } from "./rule.ts";

/** `List`, and `PrometheusRuleList` as the API gives it. */
const LIST = /List$/;

/**
 * @param file how messages name it
 * @throws RulesInvalidError (`rules_invalid`) with all problems
 */
export function readRuleFile(text: string, file: string): readonly RuleGroup[] {
  const problems = new RuleProblems();
  const documents = readYaml(text, file, problems);
  problems.throwIfAny();
  const groups: RuleGroup[] = [];
  const read = documents.filter((document) => !document.isNull);
  const others = read.filter((document) => !readDocument(document, groups, problems));
  const [first, second] = read;
  if (first && second && read.some((document) => kindOf(document) === null)) {
    problems.add(second.position, "a rule file of Prometheus has one document; it would not read this one");
  }
  const [other] = others;
  if (other && others.length === read.length && problems.count === 0) {
    const kind = kindOf(other);
    problems.add(other.position, `${kind} has no rules; expected groups, PrometheusRule or a list of those`);
  }
  problems.throwIfAny();
  return groups;
}

/** The `kind` of a Kubernetes resource, `null` if it is none. */
function kindOf(document: YamlValue): string | null {
  return document.get("apiVersion")?.text ? (document.get("kind")?.text ?? null) : null;
}

/** False for a resource that has nothing to do with rules. */
function readDocument(document: YamlValue, groups: RuleGroup[], problems: RuleProblems): boolean {
  const kind = kindOf(document);
  if (kind === null) {
    readGroups(document, "rule file", groups, problems);
    return true;
  }
  if (kind === "PrometheusRule") {
    const name = document.get("metadata")?.get("name")?.text ?? "";
    readResource(document, `PrometheusRule ${JSON.stringify(name)}`, groups, problems);
    return true;
  }
  if (!LIST.test(kind)) return false;
  const fields = new FieldReader(document, kind, problems);
  const items = fields.list("items").filter((item) => {
    if (!LIST.test(kindOf(item) ?? "")) return true;
    problems.add(item.position, `${kind}: a list in a list`);
    return false;
  });
  return items.map((item) => readDocument(item, groups, problems)).some((isRead) => isRead);
}

function readResource(
  document: YamlValue,
  subject: string,
  groups: RuleGroup[],
  problems: RuleProblems,
): void {
  const fields = new FieldReader(document, subject, problems);
  fields.allow(["apiVersion", "kind", "metadata", "spec", "status"]);
  const spec = fields.value("spec");
  if (spec) readGroups(spec, subject, groups, problems);
  else fields.fail(document, "spec must be set");
}

function readGroups(map: YamlValue, subject: string, groups: RuleGroup[], problems: RuleProblems): void {
  if (map.entries === null) {
    problems.add(map.position, `${subject}: must be a map with groups, not ${map.kind}`);
    return;
  }
  const fields = new FieldReader(map, subject, problems);
  fields.allow(["groups"]);
  const names = new Set<string>();
  const read: RuleGroup[] = [];
  for (const value of fields.list("groups")) {
    const group = readRuleGroup(value, problems);
    if (!group) continue;
    if (names.has(group.name)) {
      problems.add(value.position, `the group name ${JSON.stringify(group.name)} is used twice`);
    }
    names.add(group.name);
    read.push(group);
  }
  checkRepetition(read, problems);
  groups.push(...read);
}

/** Rules with the same name and labels, which write the same series or cannot be told apart. */
function checkRepetition(groups: readonly RuleGroup[], problems: RuleProblems): void {
  const seen = new Map<string, Rule>();
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    const name = rule.kind === "alert" ? rule.alert : rule.record;
    const labels = Object.entries(rule.labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([name, labels]);
    const first = seen.get(key);
    if (first) {
      const what = `${rule.kind === "alert" ? "alert" : "record"} ${JSON.stringify(name)}`;
      const where = `line ${first.position.line}`;
      problems.add(rule.position, `${what} is there twice with the same labels; the first is in ${where}`);
    } else seen.set(key, rule);
  }
}
