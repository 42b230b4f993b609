import { GraphError } from '../../../core/error.ts';

/** The GraphError that a call throws. Any other end of the call fails the test. */
export function failureOf(call: () => unknown): GraphError {
  try {
    call();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}
