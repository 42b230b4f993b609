/** Nodes or relationships whose point an index finds near another one, or in a box. A Filter above looks at each once more. */
import type { IdList } from '../graph/result-lists.ts';
import type { ValueIndex } from '../graph/value-index.ts';
import type { PointSearch } from '../planner/point-access.ts';
import { isNumeric, toFloatNumber } from '../value/arithmetic.ts';
import { boxesAround, boxesBetween, type PointBox } from '../value/spatial/box.ts';
import { PointValue } from '../value/spatial/point-value.ts';
import type { Batch } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { Seek, type SeekPlace, scanInstead } from './index-seek.ts';
import type { Operator } from './operator.ts';

export interface PointSeekSpec extends SeekPlace {
  readonly search: PointSearch<CompiledExpression>;
}

export class PointSeek extends Seek {
  readonly #spec: PointSeekSpec;

  constructor(input: Operator, spec: PointSeekSpec) {
    super(input, spec);
    this.#spec = spec;
  }

  protected seek(batch: Batch, row: number, index: ValueIndex, found: IdList, context: ExecutionContext): void {
    found.count = 0;
    const boxes = this.#boxes((expression) => expression.valueAt(batch, row, context));
    // What cannot be measured is an error of the Filter, or unknown to it.
    if (boxes === undefined) scanInstead(index, found, context);
    else context.view.rangeIndex(index, { boxes }, found);
  }

  #boxes(
    valueAt: (expression: CompiledExpression) => ReturnType<CompiledExpression['valueAt']>,
  ): PointBox[] | undefined {
    const { search } = this.#spec;
    if (search.type === 'box') {
      const [lowerLeft, upperRight] = [valueAt(search.lowerLeft), valueAt(search.upperRight)];
      const areCorners = lowerLeft instanceof PointValue && upperRight instanceof PointValue;
      return areCorners ? boxesBetween(lowerLeft, upperRight) : undefined;
    }
    const [center, distance] = [valueAt(search.center), valueAt(search.distance)];
    const isMeasured = center instanceof PointValue && distance !== null && isNumeric(distance);
    return isMeasured ? boxesAround(center, toFloatNumber(distance)) : undefined;
  }
}
