/** The functions of APOC that @neo4j/graphql sends. */
import { convertFormat } from '../../value/temporal/date-format.ts';
import { argumentTypeError, type FunctionTable, listArgument, locate, stringArgument } from './function-definition.ts';
import { validationError } from './validation.ts';

export const APOC_FUNCTIONS: FunctionTable = {
  'apoc.date.convertformat': {
    apply: ([text, from, to = 'yyyy-MM-dd'], _context, site) =>
      locate(site, () =>
        convertFormat(stringArgument(text!, site), stringArgument(from!, site), stringArgument(to, site)),
      ),
  },
  // It guards what may be seen, so that an unknown predicate is an error and never passes.
  'apoc.util.validatepredicate': {
    takesNull: true,
    apply: ([predicate, message, parameters], _context, site) => {
      if (typeof predicate !== 'boolean') throw argumentTypeError(site, 'a BOOLEAN', predicate!);
      if (!predicate) return true;
      const called = { kind: 'function', name: site.name, position: site.position } as const;
      throw validationError(called, stringArgument(message!, site), listArgument(parameters!, site));
    },
  },
};
