// Text with references to what a regular expression found (`$1`, `${name}`), filled in as Go's `regexp.Expand` does.

/** What a reference may name: letters, digits and underscores, as many as there are. */
const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
const GROUP_NUMBER = /^(?:0|[1-9]\d{0,8})$/;

/** @param groupOf what a group found by its number or name; `null` if there is none or it found nothing */
export function expandTemplate(
  template: string,
  groupOf: (reference: number | string) => string | null,
): string {
  return template.replaceAll(REFERENCE, (_, plain?: string, braced?: string) => {
    const reference = plain ?? braced;
    if (reference === undefined) return "$";
    return groupOf(GROUP_NUMBER.test(reference) ? Number(reference) : reference) ?? "";
  });
}
