/** What has been measured, as a table by class with ratios to the floor, and what that says about the goals. */
import { agree } from './digest.ts';
import type { ClassResult } from './measuring.ts';
import { QUERY_CLASSES } from './query-classes.ts';
import { FLOOR, isPeer, SKEIN, WALKING } from './systems.ts';

export interface SystemResult {
  readonly name: string;
  readonly loadMs?: number;
  readonly heapBytes?: number;
  readonly ownBytes?: number | undefined;
  readonly missing?: string;
  readonly classes: ReadonlyMap<string, ClassResult>;
}

/** The note of a class for which a system had no time left. */
export const NOT_REACHED = 'not reached';

const ANALYTICAL_GOAL = 4;
const SMALL_FLOOR_MS = 0.001;
const SMALL_STATEMENT_MS = 0.005;
const GRAPH_BYTES_GOAL = 90e6;

export function pokecTable(results: readonly SystemResult[], classes: readonly string[]): string {
  const shown = results.filter(({ missing }) => missing === undefined);
  const floor = shown.find(({ name }) => name === FLOOR);
  const lines = [
    `| class | ${shown.map(({ name }) => name).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(shown.length)}`,
    ...classes.map((name) => `| ${name} | ${shown.map((each) => cell(each, name, floor)).join(' | ')} |`),
    `| **geometric mean, analytical, × floor** | ${shown.map((each) => meanCell(each, floor)).join(' | ')} |`,
    `| load, s | ${shown.map(({ loadMs }) => (loadMs === undefined ? '' : (loadMs / 1000).toFixed(1))).join(' | ')} |`,
    `| memory, MB: own count / measured | ${shown.map(bytesCell).join(' | ')} |`,
  ];
  return [...lines, '', ...verdicts(results, classes)].join('\n');
}

/** A result without the digests, for JSON. */
export function plainResult({ classes, ...rest }: SystemResult) {
  const medians = [...classes].map(([name, { times, note }]) => ({
    name,
    samples: times.length,
    medianMs: times.length === 0 ? null : medianOf(times),
    ...(note !== undefined && { note }),
  }));
  return { ...rest, classes: medians };
}

/** The median of the samples on parameters that both have reached, as a multiple of the floor's. */
export function ratioTo(floor: ClassResult | undefined, result: ClassResult | undefined): number | undefined {
  if (!floor || !result) return undefined;
  const common = Math.min(floor.times.length, result.times.length);
  if (common === 0) return undefined;
  return medianOf(result.times.slice(0, common)) / medianOf(floor.times.slice(0, common));
}

export function medianOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[times.length >> 1] ?? Number.NaN;
}

/** The geometric mean over the analytical classes that both have answered alike: the time of another answer means nothing. */
export function analyticalMean(system: SystemResult, floor: SystemResult): { mean: number; count: number } | undefined {
  const ratios = QUERY_CLASSES.filter(({ group }) => group === 'analytical').flatMap(({ name }) => {
    if (!isAgreed(system, name, floor)) return [];
    return ratioTo(floor.classes.get(name), system.classes.get(name)) ?? [];
  });
  if (ratios.length === 0) return undefined;
  return {
    mean: Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length),
    count: ratios.length,
  };
}

function cell(system: SystemResult, name: string, floor: SystemResult | undefined): string {
  const result = system.classes.get(name);
  if (!result || result.times.length === 0) return emptyCell(result?.note);
  const ratio = system === floor ? undefined : ratioTo(floor?.classes.get(name), result);
  const mark = isAgreed(system, name, floor) ? '' : WALKING.has(system.name) ? ' (walks)' : ' (differs)';
  return `${timeText(medianOf(result.times))}${ratio === undefined ? '' : ` · ${ratioText(ratio)} ×`}${mark}`;
}

function emptyCell(note: string | undefined): string {
  if (note === 'not supported') return '–';
  if (note === NOT_REACHED) return NOT_REACHED;
  return note?.startsWith('no answer within') ? 'too slow' : 'failed';
}

/** What Skein or a floor has not answered, or otherwise than the JS floor: such figures may not be kept. */
export function wrongAnswers(results: readonly SystemResult[], classes: readonly string[]): string[] {
  const floor = results.find(({ name }) => name === FLOOR);
  return results
    .filter(({ name, missing }) => !isPeer(name) && missing === undefined)
    .flatMap((system) =>
      classes
        .filter((name) => !system.classes.get(name)?.times.length || !isAgreed(system, name, floor))
        .map((name) => `${system.name}: ${name}`),
    );
}

function isAgreed(system: SystemResult, name: string, floor: SystemResult | undefined): boolean {
  const theirs = floor?.classes.get(name);
  const ours = system.classes.get(name);
  return !theirs || !ours || system === floor || agree(ours.digests, theirs.digests);
}

function meanCell(system: SystemResult, floor: SystemResult | undefined): string {
  const mean = floor && system !== floor ? analyticalMean(system, floor) : undefined;
  return mean === undefined ? '' : `${ratioText(mean.mean)} (${mean.count} classes)`;
}

function bytesCell({ ownBytes, heapBytes }: SystemResult): string {
  const own = ownBytes === undefined ? '–' : (ownBytes / 1e6).toFixed(0);
  return `${own} / ${heapBytes === undefined ? '–' : (heapBytes / 1e6).toFixed(0)}`;
}

/** What the figures say about the goals of this project. */
function verdicts(results: readonly SystemResult[], classes: readonly string[]): string[] {
  const floor = results.find(({ name }) => name === FLOOR);
  const skein = results.find(({ name }) => name === SKEIN);
  const missing = results.flatMap(({ name, missing: why }) =>
    why === undefined ? [] : [`- ${name} is not here: ${why}`],
  );
  if (!floor || !skein) return missing;
  const mean = analyticalMean(skein, floor);
  const slow = classes.filter((name) => isSlow(name, { floor, skein }));
  const beaten = classes.flatMap((name) => {
    const better = results.filter((peer) => isPeer(peer.name) && isFaster(peer, skein, name, floor));
    return better.length === 0 ? [] : [`${name} (${better.map((peer) => peer.name).join(', ')})`];
  });
  return [
    ...(mean ? [`- Analytical classes: ${ratioText(mean.mean)} times the floor; goal ${ANALYTICAL_GOAL}.`] : []),
    `- Over ${SMALL_STATEMENT_MS * 1000} µs where the floor is under ${SMALL_FLOOR_MS * 1000} µs: ${slow.join(', ') || 'none'}.`,
    `- Slower than a peer whose answer agrees: ${beaten.join(', ') || 'nowhere'}.`,
    ...(skein.ownBytes === undefined
      ? []
      : [
          `- The graph takes ${(skein.ownBytes / 1e6).toFixed(1)} MB by the engine's count, and heap and buffers have grown by ${((skein.heapBytes ?? 0) / 1e6).toFixed(1)} MB; goal ${GRAPH_BYTES_GOAL / 1e6} for the medium one.`,
        ]),
    ...missing,
  ];
}

function isSlow(
  name: string,
  { floor, skein }: { readonly floor: SystemResult; readonly skein: SystemResult },
): boolean {
  const [theirs, ours] = [floor.classes.get(name), skein.classes.get(name)];
  return (
    theirs !== undefined &&
    ours !== undefined &&
    medianOf(theirs.times) < SMALL_FLOOR_MS &&
    medianOf(ours.times) > SMALL_STATEMENT_MS
  );
}

function isFaster(peer: SystemResult, skein: SystemResult, name: string, floor: SystemResult): boolean {
  const ratio = ratioTo(skein.classes.get(name), peer.classes.get(name));
  return ratio !== undefined && ratio < 1 && isAgreed(peer, name, floor);
}

function timeText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  if (ms >= 1) return `${ms.toPrecision(3)} ms`;
  return ms >= 0.001 ? `${(ms * 1000).toPrecision(3)} µs` : `${(ms * 1e6).toFixed(0)} ns`;
}

function ratioText(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2);
}
