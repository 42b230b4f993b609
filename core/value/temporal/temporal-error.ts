import { GraphError } from '../../error.ts';

/** An argument from which no temporal or spatial value can be made. The caller, who knows the place in the text, adds it. */
export function temporalError(message: string, detail = 'InvalidArgumentValue'): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message, {
    detail,
    ...(detail === 'NumberOutOfRange' && { gqlStatus: '22003' }),
  });
}

/** A value of a type from which no temporal value can be made. */
export function temporalTypeError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.TypeError', message, { detail: 'InvalidArgumentValue' });
}

/** A result beyond what a type can hold. */
export function temporalOverflow(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArithmeticError', message, {
    detail: 'NumberOutOfRange',
    gqlStatus: '22003',
  });
}
