import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../../core/engine/engine.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { identicalStored } from '../../../core/graph/stored-value.ts';
import { literal, nameLiteral } from '../../../core/value/literal.ts';
import type { StoredValue } from '../../../core/value/value.ts';
import { storedValue, text } from './value-arbitrary.ts';

const engine = new Engine(new GraphStore(), { clusterId: 'test' });

function evaluate(expression: string, column: string): { name: string | undefined; value: unknown } {
  const execution = engine.start(`RETURN ${expression} AS ${column}`, new Map(), { seed: 1, nowMs: 0 });
  execution.next(Number.POSITIVE_INFINITY);
  return { name: execution.columns[0], value: execution.rows[0]?.[0] };
}

test('the literal of a value gives that value, and survives UTF-8', () => {
  fc.assert(
    fc.property(storedValue, (value) => {
      const written = literal(value);

      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(written))).toBe(written);
      expect(written).not.toMatch(/[\n\r]/);
      expect(identicalStored(evaluate(written, 'value').value as StoredValue, value)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a name in backticks is that name', () => {
  fc.assert(
    fc.property(
      text.filter((name) => name !== ''),
      (name) => {
        expect(evaluate('1', nameLiteral(name)).name).toBe(name);
      },
    ),
    { numRuns: 300 },
  );
});
