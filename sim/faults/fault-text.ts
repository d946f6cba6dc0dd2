// Faults as people write them on a command line: `corrupt-payload:share=0.1,kind=truncate`.

import { DashstreamError } from "../../src/errors.ts";
import { type FaultParam, faultParams } from "./fault-params.ts";
import { type CheckedFault, findFault, parseFaultParams } from "./faults.ts";

/** @throws DashstreamError `scenario_invalid` */
export function parseFaultText(text: string): CheckedFault {
  const [, name = "", rest] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const known = faultParams(findFault(name));
  const given = new Map<string, unknown>();
  for (const pair of rest === undefined ? [] : rest.split(",")) {
    const [, key = "", value] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair) ?? [];
    if (value === undefined) {
      throw wrong(name, `${JSON.stringify(pair)} given, expected parameters as key=value[,key=value]`);
    }
    if (given.has(key)) throw wrong(name, `${key}: given twice`);
    given.set(
      key,
      typedValue(
        value.trim(),
        known.find((param) => param.name === key),
      ),
    );
  }
  return parseFaultParams(name, Object.fromEntries(given));
}

/** A text that is none of what the parameter takes stays as it is, and is refused with the others. */
function typedValue(text: string, param: FaultParam | undefined): unknown {
  if (param?.type === "number" && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (param?.type === "switch" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

function wrong(name: string, problem: string): DashstreamError {
  return new DashstreamError("scenario_invalid", `fault ${name}: ${problem}`);
}
