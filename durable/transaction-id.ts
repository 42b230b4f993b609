/**
 * The id of a transaction that lives over several requests: it says on which instance, so that whoever brings a request needs to
 * remember nothing, and cannot be guessed. `<instance>~<r or w><incarnation><secret>`, all of it fit for a URL's path.
 */
import { isInstanceName } from './names.ts';

/** Multiples of three, so that their text needs no padding. */
const INCARNATION_BYTES = 6;
const SECRET_BYTES = 18;

const TRANSACTION_ID = /^([a-z][a-z0-9-]{0,62})~([rw])[A-Za-z0-9_-]{32}$/;

export interface TransactionPlace {
  readonly instance: string;
  readonly accessMode: 'read' | 'write';
}

/** Stands in all ids that an object gives until it loses its memory: others are not known to it. */
export function newIncarnation(): string {
  return randomText(INCARNATION_BYTES);
}

export function isOfIncarnation(id: string, incarnation: string): boolean {
  return id.split('~')[1]?.startsWith(incarnation, 1) ?? false;
}

export function newTransactionId(instance: string, accessMode: 'read' | 'write', incarnation: string): string {
  return `${instance}~${accessMode === 'read' ? 'r' : 'w'}${incarnation}${randomText(SECRET_BYTES)}`;
}

/** Where the transaction lives; undefined when this is no id of one. */
export function transactionPlace(id: string): TransactionPlace | undefined {
  const [, instance = '', mode] = TRANSACTION_ID.exec(id) ?? [];
  return isInstanceName(instance) ? { instance, accessMode: mode === 'r' ? 'read' : 'write' } : undefined;
}

function randomText(byteCount: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(byteCount));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
