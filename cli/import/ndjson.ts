/**
 * NDJSON: an object a line, as `skein export` writes it and APOC's JSON export too (docs/IMPORT.md). Values beyond JSON's own are
 * `{"$type": …, "_value": …}` as on the wire; a point may also be the map that APOC makes of it.
 */
import { JsonFault, type JsonSlice, listSlices, objectSlices, stringOf } from './json-slices.ts';
import { readLines, type TextLine } from './lines.ts';
import { NodeNumbers, NodeRows, NUMBERING_STEPS, RelationshipRows } from './numbered-graph.ts';
import type { ImportPlan, StepContext } from './plan.ts';
import { pointOfParts } from './point.ts';
import type { Batch } from './row-groups.ts';
import type { ScriptItem } from './script-item.ts';

/** Characters of one line, below what the server takes as a body. */
const LINE_LENGTH_MAX = 8 * 1024 * 1024;

type Entries = ReadonlyMap<string, JsonSlice>;

export function planNdjson(path: string): ImportPlan {
  const numbers = new NodeNumbers();
  return {
    name: path,
    paths: [path],
    reading: ['ndjson'],
    steps: [
      NUMBERING_STEPS.before,
      { type: 'rows', kind: 'nodes', paths: [path], batches: (context) => nodeBatches(path, numbers, context) },
      {
        type: 'rows',
        kind: 'relationships',
        paths: [path],
        batches: (context) => relationshipBatches(path, numbers, context),
      },
      NUMBERING_STEPS.after,
      { type: 'script', paths: [path], items: (context) => schemaStatements(path, context) },
    ],
  };
}

async function* nodeBatches(path: string, numbers: NodeNumbers, context: StepContext): AsyncGenerator<Batch, void> {
  const rows = new NodeRows(context.counter);
  numbers.clear();
  const read = (entries: Entries, type: string) => {
    if (!KINDS.has(type)) throw new JsonFault(`'type' must be node, relationship or schema`, 0);
    if (type !== 'node') return undefined;
    const id = idOf(entries, 'id');
    const labels = entries.get('labels');
    const fields = {
      labels: labels ? listSlices(labels.text).map((text) => stringOf({ text, offset: labels.offset })) : [],
      properties: propertiesOf(entries),
    };
    const number = numbers.add('', id);
    if (number === undefined) throw new JsonFault(`the id '${id}' stands in an earlier line too`, 0);
    return { number, ...fields };
  };
  for await (const lines of readLines(path, { lengthMax: LINE_LENGTH_MAX, advance: context.advance })) {
    for (const line of lines) {
      const node = orBad(path, line, context, read);
      if (!node) continue;
      const ready = rows.add(node, { file: path, line: line.number });
      if (ready.length > 0) yield* ready;
    }
  }
  yield* rows.flush();
}

const KINDS: ReadonlySet<string> = new Set(['node', 'relationship', 'schema']);

async function* relationshipBatches(
  path: string,
  numbers: NodeNumbers,
  context: StepContext,
): AsyncGenerator<Batch, void> {
  const rows = new RelationshipRows(context.counter);
  const read = (entries: Entries, type: string) => {
    if (type !== 'relationship') return undefined;
    const label = entries.get('label');
    if (!label) throw new JsonFault("a relationship needs its type as 'label'", 0);
    const [start, end] = ['start', 'end'].map((name) => endOf(entries, name, numbers));
    return { type: stringOf(label), start: start!, end: end!, properties: propertiesOf(entries) };
  };
  // What is wrong with a line of another kind has been told when the nodes were read.
  const isOther = (line: TextLine) => !line.text.includes('"relationship"');
  for await (const lines of readLines(path, { lengthMax: LINE_LENGTH_MAX, advance: context.advance })) {
    for (const line of lines) {
      if (isOther(line)) continue;
      const relationship = orBad(path, line, context, read);
      if (!relationship) continue;
      const ready = rows.add(relationship, { file: path, line: line.number });
      if (ready.length > 0) yield* ready;
    }
  }
  yield* rows.flush();
}

/** What `read` makes of a line; when it is not what it should be, it is a bad row. */
function orBad<Answer>(
  file: string,
  line: TextLine,
  { bad }: StepContext,
  read: (entries: Entries, type: string) => Answer,
): Answer | undefined {
  try {
    const entries = objectSlices(line.text);
    const type = entries.get('type');
    return read(entries, type ? stringOf(type) : '');
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    bad({ file, line: line.number, column: error.offset + 1, reason: error.message, text: line.text });
    return undefined;
  }
}

/** APOC writes ids as text, others as numbers; they are compared as they are read. */
function idOf(entries: Entries, name: string): string {
  const id = entries.get(name);
  if (!id) throw new JsonFault(`'${name}' is missing`, 0);
  if (id.text.startsWith('"')) return stringOf(id);
  if (/^-?\d/.test(id.text)) return id.text;
  throw new JsonFault(`'${name}' must be text or a number`, id.offset);
}

function endOf(entries: Entries, name: string, numbers: NodeNumbers): number {
  const end = entries.get(name);
  if (!end) throw new JsonFault(`a relationship needs '${name}', an object with the id of a node`, 0);
  const id = end.text.startsWith('{') ? idOf(objectSlices(end.text, end.offset), 'id') : idOf(entries, name);
  const number = numbers.find('', id);
  if (number === undefined) throw new JsonFault(`no node has the id '${id.slice(0, 80)}'`, end.offset);
  return number;
}

function propertiesOf(entries: Entries): Map<string, string> {
  const properties = new Map<string, string>();
  const given = entries.get('properties');
  if (!given || given.text === 'null') return properties;
  for (const [key, { text }] of objectSlices(given.text, given.offset)) {
    if (text !== 'null') properties.set(key, valueJson(text));
  }
  return properties;
}

/** Any other map than a typed value or a point is refused by the server: no property can hold it. */
function valueJson(text: string): string {
  if (text.startsWith('[')) return text.includes('{') ? `[${listSlices(text).map(valueJson).join(',')}]` : text;
  if (!text.startsWith('{') || !text.includes('"crs"')) return text;
  const parts = new Map<string, string | undefined>();
  for (const [name, { text: part }] of objectSlices(text)) {
    if (part !== 'null') parts.set(name, part.startsWith('"') ? JSON.parse(part) : part);
  }
  return pointOfParts(parts) ?? text;
}

async function* schemaStatements(path: string, context: StepContext): AsyncGenerator<ScriptItem, void> {
  for await (const lines of readLines(path, { lengthMax: LINE_LENGTH_MAX, advance: context.advance })) {
    for (const line of lines) {
      if (!line.text.includes('"schema"')) continue;
      const statement = orBad(path, line, context, (entries, type) => {
        const text = entries.get('statement');
        return type === 'schema' && text ? stringOf(text) : undefined;
      });
      if (statement === undefined) continue;
      yield { type: 'alone', statement, number: context.counter.next, place: { file: path, line: line.number } };
      context.counter.next += 1;
    }
  }
}
