import type { EntityKind } from './index-definition.ts';

/**
 * What the graph must be like. `unique`: no two nodes of the label, or relationships of the type, have the same values under the
 * properties; `exists`: each has the property; `key`: both; `type`: what has the property has a value of one of the types.
 * `unique` and `key` stand on an index of their own name.
 */
export type ConstraintKind = 'unique' | 'exists' | 'key' | 'type';

export interface ConstraintDefinition {
  readonly name: string;
  readonly kind: ConstraintKind;
  readonly entity: EntityKind;
  /** Of a label, or of a relationship type. */
  readonly token: number;
  /** One, but of `unique` and `key` any number. */
  readonly keys: readonly number[];
  /** Of `type`: names of types as valueType() gives them, without NOT NULL; else empty. */
  readonly types: readonly string[];
}

/** Whether the constraint has an index, which bears its name. */
export function ownsIndex({ kind }: ConstraintDefinition): boolean {
  return kind === 'unique' || kind === 'key';
}
