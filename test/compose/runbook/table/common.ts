// What blocks have in common that stand on several pages.

import {
  above0,
  all,
  type Check,
  curlRefusesUrl,
  firing,
  json,
  number,
  onlyLines,
  prints,
  printsNothing,
  someJson,
  succeeds,
} from "../checks.ts";
import { fails, type PieceEntry, works } from "../entry.ts";

/** The state of an alert, which is shown as long as it fires. */
export function stateOf(alert: string): PieceEntry {
  return works(all(succeeds, firing(alert)), { shows: [alert], afterwards: all(succeeds, printsNothing) });
}

/** A query in an address: curl refuses it, and jq gets nothing to filter. */
export function queryInUrl(
  instead: string,
  because = "curl takes `[5m]` in an address for a pattern",
): PieceEntry {
  return fails(because, instead, curlRefusesUrl);
}

export const spacesInUrl = "curl refuses an address with blanks in it";

/** A query whose series may have nothing to tell: every value is a number all the same. */
export const figures = all(
  succeeds,
  json(1, (row) => {
    const { value } = row as { readonly value?: string };
    return value === undefined || (!Number.isNaN(Number(value)) && value !== "") || value === "NaN"
      ? null
      : `${value} is no number`;
  }),
);

export const aNumber = all(succeeds, number);

/** A topic with its partitions, each with a leader. */
export function topicIs(name: string): Check {
  return all(
    succeeds,
    prints(new RegExp(`Topic: ${name}\\s.*PartitionCount: 1\\s.*ReplicationFactor: 1`)),
    prints(new RegExp(`Topic: ${name}\\s+Partition: 0\\s+Leader: 1\\s`)),
  );
}

/** The server's group with its member. */
export const groupIsRead = all(
  succeeds,
  prints(/^websocket-server-v4\s+dashstream-quality\s+0\s+\d+\s+\d+\s+\d+\s+websocket-server/m),
);

/** grep in a log: it found lines, and only such lines. */
export function logHas(pattern: RegExp): Check {
  return all(succeeds, prints(pattern), onlyLines(pattern));
}

/** grep in a log for what is there in bad times only. */
export function logMayHave(pattern: RegExp): Check {
  return onlyLines(pattern);
}

/** A letter of the server's, as jq prints it. */
export function letters(least: number, ...types: readonly string[]): Check {
  return all(
    json(least, (letter) =>
      typeof (letter as { readonly error_type?: unknown }).error_type === "string"
        ? null
        : "a letter without error_type",
    ),
    ...types.map((type) =>
      someJson(
        `letter of type ${type}`,
        (letter: { readonly error_type: string }) => letter.error_type === type,
      ),
    ),
  );
}

/** One number above 0. */
export const above0Rate = all(succeeds, above0);
