/** Carries out the plan of an import: begins or goes on, sends, cleans up, and reports. */
import { CommandFailure } from '../failure.ts';
import { BadRows } from './bad-rows.ts';
import { fingerprint } from './fingerprint.ts';
import { type ImportTarget, type ImportTotals, Ledger } from './ledger.ts';
import { numberIndex, quoteName } from './names.ts';
import type { ImportPlan, ImportStep, StepContext } from './plan.ts';
import type { Progress } from './progress.ts';
import { RowCounter } from './row-groups.ts';
import { Sender } from './sender.ts';
import { fileBytes } from './text-reader.ts';

/** Nodes that lose their number in one transaction. */
const RELEASE_ROWS = 20_000;

export interface ImportOptions {
  readonly database: string;
  readonly progress: Progress;
  readonly bad: { readonly path: string; readonly max: number };
  /** Also when the database is not empty. */
  readonly append?: boolean;
  /** Also when another import was broken off. */
  readonly abandon?: boolean;
  /** Leave no note in the database: the same files can be imported again. */
  readonly forget?: boolean;
}

export interface ImportReport extends ImportTotals {
  /** `there already`: an earlier run has done all of it, and this one nothing. */
  readonly outcome: 'imported' | 'resumed and imported' | 'there already' | 'checked';
  readonly badRows: number;
  readonly badRowsFile?: string;
  readonly seconds: number;
}

/** Throws CommandFailure at the first thing that is not a matter of single rows, or when these are too many. */
export async function runImport(target: ImportTarget, plan: ImportPlan, options: ImportOptions): Promise<ImportReport> {
  const startedMs = performance.now();
  const id = await fingerprint(plan.paths, plan.reading);
  const ledger = new Ledger(target, { database: options.database, id });
  if (options.abandon) await ledger.abandonOthers();
  const found = await ledger.find();
  if (!found && !options.append && !(await ledger.isEmpty())) {
    throw new CommandFailure('refused', `'${options.database}' is not empty; --append adds to it all the same`);
  }
  const entry = found ?? (await ledger.begin(plan.name));
  const bad = new BadRows({ ...options.bad, isResumed: !entry.isNew });
  if (entry.isFinished) return report('there already', await ledger.totals(), { bad, startedMs });
  const sender = new Sender(target, {
    database: options.database,
    ledger,
    reached: entry.lanes,
    bad: (row) => bad.add(row),
    saveBad: () => bad.save(),
  });
  const counter = new RowCounter();
  counter.next = entry.nextNumber ?? counter.next;
  await withProgress(plan, options.progress, async (advance) => {
    const context = { counter, bad: bad.add.bind(bad), advance };
    for (const step of plan.steps) {
      if (step.type === 'rows' && entry.nextNumber !== undefined) continue;
      if (step.type === 'release') await ledger.noteRowsDone(counter.next);
      await runStep(step, { sender, context });
    }
  });
  bad.save();
  const totals = await ledger.finish();
  if (options.forget) await ledger.forget();
  return report(entry.isNew ? 'imported' : 'resumed and imported', totals, { bad, startedMs });
}

/** Reads and checks all that an import reads, and asks the database for nothing. */
export async function checkImport(
  plan: ImportPlan,
  options: Pick<ImportOptions, 'progress' | 'bad'>,
): Promise<ImportReport> {
  const startedMs = performance.now();
  const bad = new BadRows({ ...options.bad, isResumed: false });
  const totals = { nodes: 0, relationships: 0, statements: 0 };
  await withProgress(plan, options.progress, async (advance) => {
    const context = { counter: new RowCounter(), bad: bad.add.bind(bad), advance };
    for (const step of plan.steps) {
      if (step.type === 'rows') {
        for await (const { rows } of step.batches(context)) totals[step.kind] += rows.length;
      } else if (step.type === 'script') {
        for await (const item of step.items(context)) {
          totals.statements += item.type === 'batch' ? item.batch.rows.length : 1;
        }
      }
    }
  });
  bad.save();
  return report('checked', totals, { bad, startedMs });
}

async function runStep(step: ImportStep, { sender, context }: { sender: Sender; context: StepContext }): Promise<void> {
  switch (step.type) {
    case 'schema':
      for (const statement of step.statements) await sender.query(statement);
      return;
    case 'rows':
      try {
        for await (const batch of step.batches(context)) await sender.send(batch, step.kind);
      } finally {
        await sender.settle();
      }
      return;
    case 'script':
      return runScript(step, { sender, context });
    case 'release':
      await release(step, sender);
      await sender.query(`DROP INDEX ${quoteName(numberIndex(step.label))} IF EXISTS`);
  }
}

async function runScript(
  { items }: Extract<ImportStep, { type: 'script' }>,
  { sender, context }: { sender: Sender; context: StepContext },
): Promise<void> {
  let order: string | undefined;
  try {
    for await (const item of items(context)) {
      const next = item.type === 'batch' ? item.order : item.type;
      if (next !== order || next === 'chain') await sender.settle();
      order = next;
      if (item.type === 'batch') await sender.send(item.batch, 'statements');
      else if (item.type === 'alone') await sender.alone(item);
      else if (!sender.isDone(item.number)) await release(item, sender);
    }
  } finally {
    await sender.settle();
  }
}

/** In transactions of bounded size. Done again, it finds nothing left to do. */
async function release({ label, key }: { label: string; key: string }, sender: Sender): Promise<void> {
  const statement = `MATCH (n:${quoteName(label)}) WITH n LIMIT ${RELEASE_ROWS} REMOVE n:${quoteName(label)}, n.${quoteName(key)}`;
  for (;;) {
    const { counters } = await sender.query(statement);
    if (JSON.stringify(counters.labelsRemoved ?? 0) === '0') return;
  }
}

async function withProgress(
  plan: ImportPlan,
  progress: Progress,
  work: (advance: (bytes: number) => void) => Promise<void>,
): Promise<void> {
  const paths = plan.steps.flatMap((step) => ('paths' in step ? step.paths : []));
  progress.start(paths.reduce((sum, path) => sum + fileBytes(path), 0));
  try {
    await work((bytes) => progress.advance(bytes));
  } finally {
    progress.stop();
  }
}

function report(
  outcome: ImportReport['outcome'],
  totals: ImportTotals,
  { bad, startedMs }: { bad: BadRows; startedMs: number },
): ImportReport {
  const seconds = (performance.now() - startedMs) / 1_000;
  const file = bad.count > 0 ? { badRowsFile: bad.path } : {};
  return { outcome, ...totals, badRows: bad.count, ...file, seconds };
}
