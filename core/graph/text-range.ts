/** Texts are in the order of their UTF-16 code units, and so those that begin with one stand side by side, from it on. */

const LAST_UNIT = 0xffff;

/** The first text after all that begin with this one; undefined where nothing comes after them. */
export function firstAfterAllWith(beginning: string): string | undefined {
  let end = beginning.length;
  while (end > 0 && beginning.charCodeAt(end - 1) === LAST_UNIT) end -= 1;
  if (end === 0) return undefined;
  return beginning.slice(0, end - 1) + String.fromCharCode(beginning.charCodeAt(end - 1) + 1);
}
