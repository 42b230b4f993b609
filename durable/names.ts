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
  readonly number: number;
  readonly name: string;
  readonly region: string;
}

/** The group's members, from SKEIN_COORDINATORS. A region that does not exist is a mistake in the configuration. */
export function coordinatorAddresses(regions: string): CoordinatorAddress[] {
  return regions.split(',').map((text, index) => {
    const region = text.trim();
    if (!isRegion(region)) throw new Error(`SKEIN_COORDINATORS names the region '${region}', which does not exist`);
    return { number: index + 1, name: coordinatorObjectName(index + 1), region };
  });
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
