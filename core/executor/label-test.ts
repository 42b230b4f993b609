/** Label expressions at work: on the labels of a node, and on the type of a relationship. */
import type { LabelExpression } from '../cypher/ast.ts';

/** Whether what has these names meets the expression. `any`: whether it has a name at all. */
export function meets(expression: LabelExpression, has: (name: string) => boolean, any: boolean): boolean {
  switch (expression.type) {
    case 'name':
      return has(expression.name);
    case 'any':
      return any;
    case 'not':
      return !meets(expression.operand, has, any);
    case 'and':
      return meets(expression.left, has, any) && meets(expression.right, has, any);
    case 'or':
      return meets(expression.left, has, any) || meets(expression.right, has, any);
  }
}
