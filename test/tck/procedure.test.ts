import { describe, expect, test } from 'vitest';
import { Float } from '../../core/value/value.ts';
import { readProcedure, rowsOfCall } from './procedure.ts';

const cities = readProcedure('test.my.proc(name :: STRING?, id :: INTEGER?) :: (city :: STRING?, code :: INTEGER?)', [
  ['name', 'id', 'city', 'code'],
  ["'Andres'", '1', "'Malmö'", '46'],
  ["'Tobias'", '1', "'Malmö'", '46'],
  ["'Mats'", '1', 'null', 'null'],
]);

describe('a procedure of the kit', () => {
  test('has the names and types of its signature', () => {
    expect(cities.name).toBe('test.my.proc');
    expect(cities.parameters).toEqual([
      { name: 'name', type: 'STRING?' },
      { name: 'id', type: 'INTEGER?' },
    ]);
    expect(cities.results.map(({ name }) => name)).toEqual(['city', 'code']);
  });

  test.each([
    { signature: 'test.doNothing() :: ()', table: [[]] },
    { signature: 'test.doNothing() :: VOID', table: [[]] },
    { signature: 'test.my.proc(in :: FLOAT?) :: (out :: STRING?) ', table: [['in', 'out']] },
  ])('may have the signature $signature', ({ signature, table }) => {
    expect(readProcedure(signature, table).rows).toEqual([]);
  });

  test.each([
    { signature: 'test.my.proc', table: [[]] },
    { signature: 'test.my.proc(in) :: ()', table: [['in']] },
    { signature: 'test.my.proc(in :: INTEGER?) :: ()', table: [['out']] },
  ])('may not have the signature $signature with the table $table', ({ signature, table }) => {
    expect(() => readProcedure(signature, table)).toThrow();
  });

  test('gives the rows whose arguments are those of the call', () => {
    expect(rowsOfCall(cities, ['Tobias', 1])).toEqual([['Malmö', 46]]);
    expect(rowsOfCall(cities, ['Tobias', new Float(1)])).toEqual([['Malmö', 46]]);
    expect(rowsOfCall(cities, ['Tobias', 2])).toEqual([]);
  });

  test('takes null for an argument that is null', () => {
    const procedure = readProcedure('p(in :: INTEGER?) :: (out :: STRING?)', [
      ['in', 'out'],
      ['null', "'nix'"],
    ]);

    expect(rowsOfCall(procedure, [null])).toEqual([['nix']]);
  });

  test('without parameters gives all its rows', () => {
    const labels = readProcedure('test.labels() :: (label :: STRING?)', [['label'], ["'A'"], ["'B'"]]);

    expect(rowsOfCall(labels, [])).toEqual([['A'], ['B']]);
  });
});
