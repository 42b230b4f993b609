/** The data set as a graph, put in by statements as a client would. */
import { type EmbeddedGraph, open } from '../../embedded/open.ts';
import { type TableRow, table } from './tables.ts';

/** Labels of each kind of node; `type` tells places and organisations apart. */
const NODES: Readonly<Record<string, (row: TableRow) => string>> = {
  person: () => 'Person',
  post: () => 'Message:Post',
  comment: () => 'Message:Comment',
  forum: () => 'Forum',
  tag: () => 'Tag',
  tagclass: () => 'TagClass',
  place: ({ type }) => `Place:${capital(String(type))}`,
  organisation: ({ type }) => `Organisation:${capital(String(type))}`,
};

/** The label that nodes of a kind are found by. */
const FOUND_BY: Readonly<Record<string, string>> = {
  person: 'Person',
  post: 'Message',
  comment: 'Message',
  forum: 'Forum',
  tag: 'Tag',
  tagclass: 'TagClass',
  place: 'Place',
  organisation: 'Organisation',
};

const RELATIONSHIPS = [
  'person_knows_person',
  'person_isLocatedIn_place',
  'person_hasInterest_tag',
  'person_studyAt_organisation',
  'person_workAt_organisation',
  'person_likes_post',
  'person_likes_comment',
  'post_hasCreator_person',
  'post_hasTag_tag',
  'post_isLocatedIn_place',
  'comment_hasCreator_person',
  'comment_hasTag_tag',
  'comment_isLocatedIn_place',
  'comment_replyOf_post',
  'comment_replyOf_comment',
  'forum_containerOf_post',
  'forum_hasMember_person',
  'organisation_isLocatedIn_place',
  'place_isPartOf_place',
  'tag_hasType_tagclass',
  'tagclass_isSubclassOf_tagclass',
] as const;

/** The whole data set. IDs are properties `id`; types of relationships are written `HAS_CREATOR`. */
export function socialNetwork(): EmbeddedGraph {
  const graph = open();
  for (const label of new Set(Object.values(FOUND_BY))) graph.run(`CREATE INDEX FOR (n:${label}) ON (n.id)`);
  for (const [kind, labelsOf] of Object.entries(NODES)) {
    for (const [labels, rows] of Map.groupBy(table(kind), labelsOf)) {
      graph.run(`UNWIND $rows AS row CREATE (n:${labels}) SET n = row`, { rows });
    }
  }
  for (const file of RELATIONSHIPS) {
    const [from, name, to] = file.split('_') as [string, string, string];
    const rows = table(file).map((row) => {
      const [[, start], [, end], ...properties] = Object.entries(row) as [
        [string, unknown],
        [string, unknown],
        ...[string, unknown][],
      ];
      return { start, end, properties: Object.fromEntries(properties) };
    });
    graph.run(
      `UNWIND $rows AS row
       MATCH (start:${FOUND_BY[from]} {id: row.start}), (end:${FOUND_BY[to]} {id: row.end})
       CREATE (start)-[r:${typeOf(name)}]->(end) SET r = row.properties`,
      { rows },
    );
  }
  return graph;
}

function typeOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
