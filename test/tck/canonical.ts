/** Notation as text: two values are the same to the kit exactly when their texts are. */
import type { NodeNotation, Notation, NotationMap, RelationshipNotation } from './notation.ts';

/** Whether the order of a list's elements counts. The order of labels and of a map's keys never does. */
export type ListOrder = 'kept' | 'ignored';

/** The one text of a value. */
export function canonicalText(value: Notation, lists: ListOrder = 'kept'): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
    case 'integer':
      return String(value.value);
    case 'float':
      return floatText(value.value);
    case 'string':
      return `'${value.value.replace(/['\\]/g, '\\$&')}'`;
    case 'list': {
      const items = value.items.map((item) => canonicalText(item, lists));
      return `[${(lists === 'ignored' ? items.sort() : items).join(', ')}]`;
    }
    case 'map':
      return mapText(value.entries, lists);
    case 'node':
      return nodeText(value, lists);
    case 'relationship':
      return relationshipText(value, lists);
    case 'path': {
      const hops = value.hops.map(({ relationship, forward, node }) => {
        const arrow = relationshipText(relationship, lists);
        return `${forward ? `-${arrow}->` : `<-${arrow}-`}${nodeText(node, lists)}`;
      });
      return `<${nodeText(value.start, lists)}${hops.join('')}>`;
    }
  }
}

/** Always with a point, an exponent or a word, as no INTEGER has them. Zero has no sign: the kit's own comparison gives it none. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

function nodeText({ labels, properties }: NodeNotation, lists: ListOrder): string {
  const names = [...new Set(labels)].sort().map((label) => `:${nameText(label)}`);
  return `(${[names.join(''), propertiesText(properties, lists)].filter((part) => part !== '').join(' ')})`;
}

function relationshipText({ type, properties }: RelationshipNotation, lists: ListOrder): string {
  return `[${[`:${nameText(type)}`, propertiesText(properties, lists)].filter((part) => part !== '').join(' ')}]`;
}

function propertiesText(properties: NotationMap, lists: ListOrder): string {
  return properties.size === 0 ? '' : mapText(properties, lists);
}

function mapText(entries: NotationMap, lists: ListOrder): string {
  const parts = [...entries].map(([key, value]) => `${nameText(key)}: ${canonicalText(value, lists)}`);
  return `{${parts.sort().join(', ')}}`;
}

function nameText(name: string): string {
  return /^[\p{L}\p{N}_$]+$/u.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}
