import { NewerVersionError } from '../core/version.ts';
import { CANNOT_BEGIN } from './protocol.ts';

/**
 * Does a part of an object's beginning. When its storage cannot be read, the error tells which object that is: the runtime's own does not,
 * and for whoever has the files the id is the file's name.
 */
export function beginning<Result>(ctx: DurableObjectState, name: string, part: () => Result): Result {
  try {
    return part();
  } catch (error) {
    if (!(error instanceof Error) || !isOfStorage(error)) throw error;
    const message = `${CANNOT_BEGIN}${name} (object ${ctx.id}): ${error.message}`;
    console.error(message);
    throw new Error(message, { cause: error });
  }
}

/** SQLite could not read it; or a newer build has written what is there. */
function isOfStorage(error: Error): boolean {
  return error instanceof NewerVersionError || error.message.includes('SQLITE_');
}
