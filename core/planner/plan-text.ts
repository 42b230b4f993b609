/** A plan as a table for people: one operator a line, the last one first, what runs inside another one indented under it. */
import type { PlanDescription } from './describe.ts';

/** Details are cut here, in characters. Tools read them in full from the plan itself. */
const DETAILS_MAX = 100;

/** The plan as text, with what was counted if it was run under PROFILE. */
export function planText(plan: PlanDescription): string {
  const counted = plan.rows !== undefined;
  const header = ['Operator', 'Details', 'Estimated Rows', ...(counted ? ['Rows', 'Work'] : [])];
  const lines = linesOf(plan, '').map(
    ({ indent, plan: { operatorType, arguments: given, estimatedRows, rows, work } }) => {
      const details = given.get('Details') ?? '';
      const cut = details.length > DETAILS_MAX ? `${details.slice(0, DETAILS_MAX)}…` : details;
      const numbers = [estimatedRows, ...(counted ? [rows ?? '', work ?? ''] : [])].map(String);
      return [`${indent}+${operatorType}`, cut.replaceAll(/\s+/g, ' '), ...numbers];
    },
  );
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const row = (cells: readonly string[]) =>
    `|${cells.map((cell, column) => ` ${column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)} `).join('|')}|`;
  return [rule, row(header), rule, ...lines.map(row), rule].join('\n');
}

interface Line {
  readonly indent: string;
  readonly plan: PlanDescription;
}

/** An operator, then what it runs for each row or joins, then its input. */
function linesOf(root: PlanDescription, indent: string): Line[] {
  const lines: Line[] = [];
  for (let plan: PlanDescription | undefined = root; plan; plan = plan.children[0]) {
    lines.push({ indent, plan });
    for (const inner of plan.children.slice(1)) lines.push(...linesOf(inner, `${indent}| `));
  }
  return lines;
}
