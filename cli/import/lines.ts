/** Lines of a text file. */
import { CommandFailure } from '../failure.ts';
import { readText } from './text-reader.ts';

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
}

/** The lines of a file that are not blank, in lists of those that came together. Throws CommandFailure at one that is too long. */
export async function* readLines(
  path: string,
  { lengthMax, advance }: { lengthMax: number; advance: (bytes: number) => void },
): AsyncGenerator<TextLine[], void> {
  let rest = '';
  let number = 0;
  for await (const chunk of readText(path, advance)) {
    const texts = chunk.split('\n');
    texts[0] = rest + texts[0];
    rest = texts.pop() ?? '';
    if (rest.length > lengthMax) {
      throw new CommandFailure(
        'usage',
        `${path}, line ${number + texts.length + 1}: the line is longer than ${lengthMax} characters`,
      );
    }
    const first = number + 1;
    number += texts.length;
    yield texts.map((text, index) => ({ number: first + index, text })).filter(isNotBlank);
  }
  yield [{ number: number + 1, text: rest }].filter(isNotBlank);
}

function isNotBlank({ text }: TextLine): boolean {
  return text !== '' && text.trim() !== '';
}
