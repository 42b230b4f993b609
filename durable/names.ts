/** The names of databases, instances and objects. */
import { isRegion } from './regions.ts';

/** The one group of this slice; it cares for all databases. */
export const DEFAULT_GROUP = 'default';

/** Databases are named like this; the length keeps object names short, and `/` and `@` stay separators. */
const DATABASE_NAME = /^[a-z][a-z0-9._-]{0,62}$/;

const INSTANCE_NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function isDatabaseName(name: string): boolean {
  return DATABASE_NAME.test(name);
}

export function isInstanceName(name: string): boolean {
  return INSTANCE_NAME.test(name);
}

export function instanceObjectName(address: { readonly database: string; readonly instance: string }): string {
  return `${address.database}/instance/${address.instance}`;
}

/** `number` counts a group's coordinators from 1. */
export function coordinatorObjectName(number: number): string {
  return `${DEFAULT_GROUP}/coordinator/${number}`;
}

export interface CoordinatorAddress {
  readonly name: string;
  readonly region: string;
}

/** A member in SKEIN_COORDINATORS: `weur`, or `4:weur` for one whose number is not its place in the list. */
const SEED = /^(?:([1-9]\d{0,5}):)?([a-z]+)$/;

/**
 * The members that the group begins with, from SKEIN_COORDINATORS, and through which everybody finds those of today. What names no
 * region, or two members alike, is a mistake in the configuration.
 */
export function coordinatorAddresses(seeds: string): CoordinatorAddress[] {
  const addresses = seeds.split(',').map((text, index) => {
    const [, number = String(index + 1), region = ''] = SEED.exec(text.trim()) ?? [];
    if (!isRegion(region))
      throw new Error(`SKEIN_COORDINATORS names the region '${text.trim()}', which does not exist`);
    return { name: coordinatorObjectName(Number(number)), region };
  });
  const names = new Set(addresses.map(({ name }) => name));
  if (names.size < addresses.length) throw new Error(`SKEIN_COORDINATORS names a coordinator twice: '${seeds}'`);
  return addresses;
}

export interface InstanceAddress {
  readonly database: string;
  readonly instance: string;
  readonly region: string;
}

/** What an instance's object name says. Instances are named `<region>-<number>`, so an object knows where it belongs before it is told. */
export function instanceAddress(objectName: string): InstanceAddress {
  const [database = '', room, instance = ''] = objectName.split('/');
  const region = instance.split('-')[0] ?? '';
  if (room !== 'instance' || !isDatabaseName(database) || !isInstanceName(instance) || !isRegion(region)) {
    throw new Error(`'${objectName}' does not name an instance`);
  }
  return { database, instance, region };
}
