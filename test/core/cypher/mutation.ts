/** Statements with a token or two gone wrong. */
import fc from 'fast-check';

const TOKEN =
  /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|\/\*.*?\*\/|\/\/.*|\d+(?:\.\d+)?|\w+|\.\.|::|<>|<=|>=|\+=|=~|\|\||[^\w\s]/g;

/** The texts, of which one to three tokens are deleted, doubled, swapped, or put in from another text. */
export function mutations(texts: readonly string[]): fc.Arbitrary<string> {
  const tokens = texts.map((text) => text.match(TOKEN) ?? []).filter((list) => list.length > 0);
  const change = fc.record({
    kind: fc.constantFrom('delete', 'double', 'swap', 'replace', 'insert'),
    at: fc.nat(),
    other: fc.nat(),
    donor: fc.nat({ max: tokens.length - 1 }),
  });

  return fc
    .tuple(fc.nat({ max: tokens.length - 1 }), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([index, changes]) => {
      const list = [...(tokens[index] ?? [])];
      for (const { kind, at, other, donor } of changes) {
        const place = list.length === 0 ? 0 : at % list.length;
        const giver = tokens[donor] ?? [];
        const given = giver[other % giver.length] ?? '';
        const present = list[place] ?? '';
        if (kind === 'delete') list.splice(place, 1);
        else if (kind === 'double') list.splice(place, 0, present);
        else if (kind === 'replace') list.splice(place, 1, given);
        else if (kind === 'insert') list.splice(place, 0, given);
        else {
          const second = list.length === 0 ? 0 : other % list.length;
          list[place] = list[second] ?? '';
          list[second] = present;
        }
      }
      return list.join(' ');
    });
}
