/**
 * What the graph must be like. `unique`: no two nodes of the label have the same value; `exists`: each has the property; `key`:
 * both; `type`: what has the property has a value of one of the types. The first three stand on an index of their own name,
 * but for `exists`.
 */
export type ConstraintKind = 'unique' | 'exists' | 'key' | 'type';

export interface ConstraintDefinition {
  readonly name: string;
  readonly kind: ConstraintKind;
  readonly entity: 'node' | 'relationship';
  /** Of a label, or of a relationship type. */
  readonly token: number;
  readonly key: number;
  /** Of `type`: names of types as valueType() gives them, without NOT NULL; else empty. */
  readonly types: readonly string[];
}

/** Whether the constraint has an index, which bears its name. */
export function ownsIndex({ kind }: ConstraintDefinition): boolean {
  return kind === 'unique' || kind === 'key';
}
