import type { NormalForm } from './ast.ts';

const NORMAL_FORMS: ReadonlySet<string> = new Set<NormalForm>(['NFC', 'NFD', 'NFKC', 'NFKD']);

/** The Unicode normal form of that name. */
export function normalForm(word: string): NormalForm | undefined {
  const upper = word.toUpperCase();
  return isNormalForm(upper) ? upper : undefined;
}

function isNormalForm(word: string): word is NormalForm {
  return NORMAL_FORMS.has(word);
}
