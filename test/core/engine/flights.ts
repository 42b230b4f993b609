/** The air routes of examples/flights as a graph. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { Float, type Value } from '../../../core/value/value.ts';
import { Database } from './database.ts';

const FOLDER = join(import.meta.dirname, '../../../examples/flights');
const INTEGERS = new Set(['id', 'altitude_ft', 'src_airport_id', 'dst_airport_id', 'stops']);
const FLOATS = new Set(['latitude', 'longitude', 'tz_offset']);

/** As many rows as one statement takes. */
const BATCH = 10_000;

export const IMPORT_ROUTES = `
  UNWIND $rows AS r
  MATCH (a:Airport {id: r.src_airport_id}), (b:Airport {id: r.dst_airport_id})
  CREATE (a)-[:ROUTE {airline: r.airline, stops: r.stops, equipment: r.equipment}]->(b)`;

/** 7,698 airports with indexes on id and iata, and 66,771 routes between them. */
export function flights(): Database {
  const database = new Database();
  database.run('CREATE INDEX airport_id FOR (a:Airport) ON (a.id)');
  database.run('CREATE INDEX airport_iata FOR (a:Airport) ON (a.iata)');
  for (const rows of batches('airports.csv')) database.run('UNWIND $rows AS r CREATE (a:Airport) SET a = r', { rows });
  for (const rows of batches('routes.csv')) database.run(IMPORT_ROUTES, { rows });
  return database;
}

function batches(file: string): Value[][] {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  const rows = data.map((row) => new Map(Object.entries(row).map(([key, field]) => [key, fieldValue(key, field)])));
  const found: Value[][] = [];
  for (let at = 0; at < rows.length; at += BATCH) found.push(rows.slice(at, at + BATCH));
  return found;
}

function fieldValue(key: string, field: string): Value {
  if (field === '') return null;
  if (INTEGERS.has(key)) return Number(field);
  return FLOATS.has(key) ? new Float(Number(field)) : field;
}
