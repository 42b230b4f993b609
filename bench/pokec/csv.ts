/** The graph as two CSV files, for what cannot take it from memory. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GENDERS, type SocialGraph } from './social-graph.ts';

const CHUNK_CHARACTERS = 1 << 20;

const HEADERS = { users: 'id,completion_percentage,gender,age', friendships: 'src,dst' };

/**
 * Writes `users.csv` (id, completion_percentage, gender, age) and `friends.csv` (src, dst) and answers with their paths. `headers`: other
 * names of these columns.
 */
export function writeCsv(
  graph: SocialGraph,
  folder: string,
  headers = HEADERS,
): { readonly users: string; readonly friendships: string } {
  const users = join(folder, 'users.csv');
  const friendships = join(folder, 'friends.csv');
  const { completion, gender, age, from, to } = graph;
  writeLines(users, headers.users, graph.users, (i) => {
    const id = i + 1;
    return `${id},${completion[id]},${GENDERS[gender[id]!]},${age[id]}`;
  });
  writeLines(friendships, headers.friendships, graph.friendships, (i) => `${from[i]},${to[i]}`);
  return { users, friendships };
}

function writeLines(path: string, header: string, count: number, line: (index: number) => string): void {
  const file = openSync(path, 'w');
  let text = `${header}\n`;
  for (let index = 0; index < count; index++) {
    text += `${line(index)}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    writeSync(file, text);
    text = '';
  }
  writeSync(file, text);
  closeSync(file);
}
