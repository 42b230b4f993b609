/** apoc.util.validate and apoc.util.validatePredicate: a statement that ends with a message of the client's own. */
import { GraphError, type Position } from '../../error.ts';
import { render } from '../../value/render.ts';
import type { Value } from '../../value/value.ts';

/** UTF-16 units of the message at most. */
const MESSAGE_LENGTH_MAX = 2_000;

/** The failure as Neo4j tells it: libraries know theirs by what stands after "Caused by". */
export function validationError(
  called: { readonly kind: 'function' | 'procedure'; readonly name: string; readonly position?: Position },
  message: string,
  parameters: readonly Value[],
): GraphError {
  const told = `Failed to invoke ${called.kind} \`${called.name}\`: Caused by: java.lang.RuntimeException: `;
  return new GraphError(
    'Neo.ClientError.Procedure.ProcedureCallFailed',
    `${told}${formatted(message, parameters).slice(0, MESSAGE_LENGTH_MAX)}`,
    { position: called.position },
  );
}

/** `%s`, `%d`, `%1$s` and `%%` as Java's formatter has them; anything else, and what no parameter is given for, stays as it stands. */
function formatted(message: string, parameters: readonly Value[]): string {
  let next = 0;
  return message.replaceAll(/%(?:%|(?:(\d{1,3})\$)?[sd])/g, (found, place: string | undefined) => {
    if (found === '%%') return '%';
    const at = place === undefined ? next++ : Number(place) - 1;
    const value = parameters[at];
    if (value === undefined) return found;
    return typeof value === 'string' ? value : render(value);
  });
}
