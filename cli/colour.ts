/** Colour on a terminal that has it; none for NO_COLOR or a pipe. Source: https://no-color.org */

const CODES = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 } as const;

export function paint(colour: keyof typeof CODES, text: string): string {
  const plain = !process.stdout.isTTY || Boolean(process.env.NO_COLOR);
  return plain ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}
