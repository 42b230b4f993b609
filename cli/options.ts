/** Parsers of options that several commands have. */
import { InvalidArgumentError } from 'commander';

const PORT_MAX = 65_535;

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= PORT_MAX) return port;
  throw new InvalidArgumentError('a port is a number from 0 to 65535.');
}
