/** A broken invariant. It ends the object, so that recovery starts from storage. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Ends the object when what must always hold does not. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** The same where an `assert` would put its message together each time, which takes longer than what it guards. */
export function broken(message: string): never {
  throw new InvariantError(message);
}

/** Marks a branch that the types exclude: a union member that a `switch` forgot is a type error here. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}
