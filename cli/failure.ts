/** How a command fails: one line for people on stderr, and an exit code for scripts. */

export const EXIT_CODES = {
  /** The database refused: the statement, the data or the token is wrong. */
  refused: 1,
  /** The command line, a file or the environment is wrong; commander uses 1 for what it finds itself. */
  usage: 2,
  /** Nobody answers at the URL. */
  unreachable: 3,
  /** A write's outcome is not known: it may or may not have been executed. */
  unknown: 4,
} as const;

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly kind: keyof typeof EXIT_CODES;
  /** The server's, when it was the server that refused. */
  readonly code: string | undefined;

  constructor(kind: keyof typeof EXIT_CODES, message: string, options?: ErrorOptions & { readonly code?: string }) {
    super(message, options);
    this.kind = kind;
    this.code = options?.code;
  }
}

/** Tells the failure and answers the exit code. An error that nobody foresaw keeps its stack. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommandFailure) {
    process.stderr.write(`skein: ${error.message}\n`);
    return EXIT_CODES[error.kind];
  }
  process.stderr.write(`skein: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT_CODES.refused;
}
