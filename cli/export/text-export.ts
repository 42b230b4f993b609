/** A graph as one text: NDJSON, or Cypher in the form of Memgraph's DUMP DATABASE. Both are read again by `skein import`. */
import { labelsText, quoteName } from '../import/names.ts';
import type { GraphReader, ReadNode, ReadRelationship } from './graph-reader.ts';
import type { TextSink } from './output.ts';
import { cypherOf, jsonOfProperties, type TypedProperties } from './typed-value.ts';

/** How the parts of a graph are written, each a line. */
interface Lines {
  readonly before: readonly string[];
  node(node: ReadNode): string;
  relationship(relationship: ReadRelationship): string;
  readonly after: readonly string[];
  schema(statement: string): string;
}

export type TextForm = 'ndjson' | 'cypher';

export async function writeText(reader: GraphReader, form: TextForm, sink: TextSink, advance: (rows: number) => void) {
  const lines = form === 'ndjson' ? NDJSON : CYPHER;
  const put = async (texts: readonly string[]) => {
    if (texts.length > 0) await sink.write(`${texts.join('\n')}\n`);
  };
  await put(lines.before);
  for await (const nodes of reader.nodes()) {
    await put(nodes.map(lines.node));
    advance(nodes.length);
  }
  for await (const relationships of reader.relationships()) {
    await put(relationships.map(lines.relationship));
    advance(relationships.length);
  }
  await put(lines.after);
  await put((await reader.schema()).map(lines.schema));
}

/** Ids of relationships are their numbers; they name nothing. */
const NDJSON: Lines = {
  before: [],
  node: ({ number, labels, properties }) =>
    `{"type":"node","id":"${number}","labels":${JSON.stringify(labels)},"properties":${jsonOfProperties(properties)}}`,
  relationship: ({ type, start, end, properties }) =>
    `{"type":"relationship","label":${JSON.stringify(type)},"start":{"id":"${start}"},"end":{"id":"${end}"},"properties":${jsonOfProperties(properties)}}`,
  after: [],
  schema: (statement) => `{"type":"schema","statement":${JSON.stringify(statement)}}`,
};

/** As Memgraph names them, so that it reads the file too. */
const DUMP_LABEL = '__mg_vertex__';
const DUMP_KEY = '__mg_id__';

const CYPHER: Lines = {
  before: [`CREATE INDEX ON :${DUMP_LABEL}(${DUMP_KEY});`],
  node: ({ number, labels, properties }) =>
    `CREATE (:${DUMP_LABEL}${labelsText(labels)} {${[`${DUMP_KEY}: ${number}`, ...entries(properties)].join(', ')}});`,
  relationship: ({ type, start, end, properties }) => {
    const map = properties.length > 0 ? ` {${entries(properties).join(', ')}}` : '';
    return `MATCH (u:${DUMP_LABEL}), (v:${DUMP_LABEL}) WHERE u.${DUMP_KEY} = ${start} AND v.${DUMP_KEY} = ${end} CREATE (u)-[:${quoteName(type)}${map}]->(v);`;
  },
  after: [
    `DROP INDEX ON :${DUMP_LABEL}(${DUMP_KEY});`,
    `MATCH (u:${DUMP_LABEL}) REMOVE u:${DUMP_LABEL}, u.${DUMP_KEY};`,
  ],
  schema: (statement) => `${statement};`,
};

function entries(properties: TypedProperties): string[] {
  return properties.map(([key, value]) => `${quoteName(key)}: ${cypherOf(value)}`);
}
