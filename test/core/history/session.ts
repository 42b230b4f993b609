/**
 * A checker of sessions with bookmarks. Each key belongs to one client, who writes 1, 2, 3 … to it, one after the other; reads show all
 * keys at once. Each answer has a mark, the place in the log that its bookmark names. So a read tells which state it is of, and:
 * it is not before what its bookmarks stand for (one's own writes, one's earlier reads, those of whoever handed a bookmark on),
 * one state follows the other (there is no long fork), and no state lacks what was written before it or has what came after.
 */
export interface Mark {
  readonly epoch: number;
  readonly lsn: number;
}

export type Seen = ReadonlyMap<string, number>;

export interface SessionWrite {
  readonly type: 'write';
  readonly key: string;
  readonly value: number;
  readonly outcome: 'ok' | 'failed' | 'unknown';
  /** Of one that was acknowledged. */
  readonly mark: Mark | undefined;
}

export interface SessionRead {
  readonly type: 'read';
  readonly session: string;
  /** The bookmarks that were sent, and what whoever got them had seen or written by then. */
  readonly after: readonly Mark[];
  readonly floor: Seen;
  readonly mark: Mark;
  readonly seen: Seen;
}

export type SessionOperation = SessionWrite | SessionRead;

/** What is wrong, in words. `isKept`: whether a mark is in the history that there is at the end; others are judged by their floor alone. */
export function faultsOfSessions(
  history: readonly SessionOperation[],
  isKept: (mark: Mark) => boolean = () => true,
): string[] {
  const reads = history.filter((operation) => operation.type === 'read');
  const writes = history.filter((operation) => operation.type === 'write');
  const kept = reads.filter(({ mark }) => isKept(mark)).sort((left, right) => left.mark.lsn - right.mark.lsn);
  const lasting = writes.filter(({ mark }) => mark !== undefined && isKept(mark));
  return [
    ...reads.flatMap(faultsOfFloor),
    ...reads.flatMap((read) => faultsOfValues(read, writes)),
    ...faultsOfOrder(kept),
    ...kept.flatMap((read) => faultsOfState(read, lasting)),
  ];
}

function textOf({ session, mark }: SessionRead): string {
  return `${session} reads lsn ${mark.lsn} of epoch ${mark.epoch}`;
}

/** Read your writes, monotonic reads, writes follow reads. */
function faultsOfFloor(read: SessionRead): string[] {
  const faults = read.after
    .filter(({ epoch, lsn }) => lsn > read.mark.lsn || epoch > read.mark.epoch)
    .map(({ epoch, lsn }) => `${textOf(read)}, after a bookmark of lsn ${lsn} of epoch ${epoch}`);
  for (const [key, value] of read.floor) {
    const seen = read.seen.get(key) ?? 0;
    if (seen < value) faults.push(`${textOf(read)} and sees ${key} at ${seen}, though ${value} was seen before`);
  }
  return faults;
}

/** Nothing is read that failed, or that nobody wrote. */
function faultsOfValues(read: SessionRead, writes: readonly SessionWrite[]): string[] {
  return [...read.seen].flatMap(([key, value]) => {
    const write = writes.find((each) => each.key === key && each.value === value);
    if (write === undefined) return [`${textOf(read)} and sees ${key} at ${value}, which nobody wrote`];
    return write.outcome === 'failed' ? [`${textOf(read)} and sees ${key} at ${value}, which failed`] : [];
  });
}

/** `reads`: by lsn. */
function faultsOfOrder(reads: readonly SessionRead[]): string[] {
  const highest = new Map<string, { readonly value: number; readonly lsn: number }>();
  const keys = new Set(reads.flatMap(({ seen }) => [...seen.keys()]));
  const faults: string[] = [];
  for (const read of reads) {
    for (const key of keys) {
      const value = read.seen.get(key) ?? 0;
      const before = highest.get(key) ?? { value: 0, lsn: 0 };
      const isSame = before.lsn === read.mark.lsn;
      if (value < before.value || (isSame && value !== before.value)) {
        faults.push(`${textOf(read)} and sees ${key} at ${value}, which was ${before.value} at lsn ${before.lsn}`);
      }
      highest.set(key, { value: Math.max(value, before.value), lsn: read.mark.lsn });
    }
  }
  return faults;
}

/** What was acknowledged at an lsn is in every state from there on, and in none before. */
function faultsOfState(read: SessionRead, writes: readonly SessionWrite[]): string[] {
  return writes.flatMap(({ key, value, mark }) => {
    const seen = read.seen.get(key) ?? 0;
    const isThere = (mark?.lsn ?? 0) <= read.mark.lsn;
    if (isThere === seen >= value) return [];
    return [`${textOf(read)} and sees ${key} at ${seen}, though ${value} was written at lsn ${mark?.lsn}`];
  });
}
