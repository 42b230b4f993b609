/** Answers of any system as two numbers: how many rows, and a sum over what they say. Equal answers have equal digests. */
import type { AnswerKind } from './query-classes.ts';

export interface Digest {
  readonly rows: number;
  readonly sum: number;
}

/** A node or row with the columns of a user, however a system writes it. */
interface UserLike {
  readonly id: unknown;
  readonly age: unknown;
}

export function digestOf(kind: AnswerKind, rows: readonly unknown[]): Digest {
  if (kind === 'none') return { rows: 0, sum: 0 };
  const sum = rows.reduce<number>((total, row) => total + partOf(kind, row), 0);
  return { rows: rows.length, sum: Math.round(sum * 1e6) / 1e6 };
}

/** Whether two lists of digests agree as far as both go. */
export function agree(ours: readonly Digest[], theirs: readonly Digest[]): boolean {
  const common = Math.min(ours.length, theirs.length);
  if (common === 0) return false;
  for (let i = 0; i < common; i++) {
    const [one, other] = [ours[i]!, theirs[i]!];
    if (one.rows !== other.rows || Math.abs(one.sum - other.sum) > 1e-6 * Math.abs(other.sum) + 1e-6) return false;
  }
  return true;
}

function partOf(kind: Exclude<AnswerKind, 'none'>, row: unknown): number {
  const values = valuesOf(row);
  switch (kind) {
    case 'ids':
      return idPart(numberOf(values[0]));
    case 'node':
      return numberOf(userIn(row)?.age ?? values.at(-1));
    case 'data': {
      const user = userIn(row);
      return idPart(numberOf(user?.id ?? values[0])) + numberOf(user?.age ?? values.at(-1));
    }
    case 'groups':
      return numberOf(values[0]) * numberOf(values[1]);
    case 'pairs':
      return numberOf(values[2]) * (String(values[0]).length * 3 + String(values[1]).length);
    case 'scalar':
      return values.reduce<number>((total, value) => total + numberOf(value), 0);
    case 'cycle':
      return idPart(numberOf(userIn(row)?.id ?? (values.length === 8 ? values[2] : values[0])));
    case 'path': {
      const path = Array.isArray(row) && row.length > 1 && typeof row[0] !== 'object' ? row : values[0];
      return Array.isArray(path) ? path.length : numberOf(path);
    }
    case 'exists':
      return 0;
  }
}

/** More than the id, as two wrong ones can have the sum of two right ones. floor.cpp has the same. */
function idPart(id: number): number {
  return id * ((id % 97) + 1);
}

function valuesOf(row: unknown): readonly unknown[] {
  if (Array.isArray(row)) return row;
  return typeof row === 'object' && row !== null ? Object.values(row) : [row];
}

/** The first thing in a row that has an age. */
function userIn(row: unknown): UserLike | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const { properties } = row as { properties?: unknown };
  const inner = typeof properties === 'function' ? properties.call(row) : properties;
  const candidate: object = typeof inner === 'object' && inner !== null ? inner : row;
  if (!Array.isArray(candidate) && 'age' in candidate) return candidate as UserLike;
  for (const value of valuesOf(row)) {
    const user = userIn(value);
    if (user) return user;
  }
  return undefined;
}

/** Systems give integers as numbers, as bigints, or as texts. */
function numberOf(value: unknown): number {
  return Number(value);
}
