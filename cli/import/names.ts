/** Names in the statements of an import. */

/** What it keeps in the database about itself: one node for each import. */
export const IMPORT_LABEL = '__SkeinImport';

/** Nodes whose ids stand in the files alone have this label and this number until the import ends. */
export const NUMBERED_LABEL = '__SkeinNode';
export const NUMBER_KEY = '__skeinNumber';

/** The name of the index that finds nodes of the label by their number. */
export function numberIndex(label: string): string {
  return `${label}_number`;
}

/** A name in backticks, so that any text is a name. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `:A:B` */
export function labelsText(labels: readonly string[]): string {
  return labels.map((label) => `:${quoteName(label)}`).join('');
}
