/** Clients that write and read all the time while faults go on, and remember what they were told. */
import { pause, type RegionCluster } from './region-cluster.ts';

/** Accounts of the bank, and what each begins with. */
const ACCOUNTS = 10;
const OPENING_BALANCE = 100;
/** After an answer that is no success a client waits a moment, as a driver would. In milliseconds. */
const RETRY_PAUSE_MS = 50;

export class Workload {
  readonly #cluster: RegionCluster;
  readonly #loops: Promise<void>[] = [];
  #isRunning = true;
  #nextId = 1;
  /** Ids of the ledger whose CREATE was acknowledged. */
  readonly acknowledged: number[] = [];
  /** When each acknowledged write was sent and answered, in milliseconds of performance.now(). */
  readonly writes: { readonly sentMs: number; readonly answeredMs: number }[] = [];
  unknownCount = 0;
  /** Answers of reads by region, with when they came. */
  readonly reads = new Map<string, number[]>();
  /** What must never be: sums that are wrong, more than one MAIN. */
  readonly violations: string[] = [];

  constructor(cluster: RegionCluster) {
    this.#cluster = cluster;
  }

  /** Opens the accounts and starts the clients: at each region one that writes, one that transfers, one that reads. */
  async start(): Promise<void> {
    const opening = `UNWIND range(1, ${ACCOUNTS}) AS id CREATE (:Account {id: id, balance: ${OPENING_BALANCE}})`;
    await this.#cluster.rows(this.#cluster.regions[0]!, opening);
    for (const region of this.#cluster.regions) {
      this.reads.set(region, []);
      this.#loops.push(this.#loop(() => this.#create(region)));
      this.#loops.push(this.#loop(() => this.#transfer(region)));
      this.#loops.push(this.#loop(() => this.#read(region)));
    }
    this.#loops.push(this.#loop(() => this.#countMains()));
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  /** How long after `sinceMs` the first write that was sent after it was acknowledged; undefined: none was. */
  firstWriteAfter(sinceMs: number): number | undefined {
    const answers = this.writes.filter(({ sentMs }) => sentMs >= sinceMs).map(({ answeredMs }) => answeredMs);
    return answers.length === 0 ? undefined : Math.min(...answers) - sinceMs;
  }

  async #loop(step: () => Promise<void>): Promise<void> {
    while (this.#isRunning) await step();
  }

  async #create(region: string): Promise<void> {
    const id = this.#nextId++;
    const sentMs = performance.now();
    const answer = await this.#cluster.ask(region, 'CREATE (:Entry {id: $id})', { parameters: { id } });
    if (answer.status === 202) {
      this.acknowledged.push(id);
      this.writes.push({ sentMs, answeredMs: performance.now() });
    } else {
      this.unknownCount++;
      await pause(RETRY_PAUSE_MS);
    }
  }

  /** The longest time between two answers of reads in a region, in milliseconds, from one moment to another. */
  longestReadGap(region: string, fromMs: number, toMs: number): number {
    const answers = this.reads.get(region)!.filter((atMs) => atMs > fromMs && atMs < toMs);
    const moments = [fromMs, ...answers, toMs];
    return Math.max(...moments.slice(1).map((atMs, position) => atMs - moments[position]!));
  }

  async #transfer(region: string): Promise<void> {
    const account = () => 1 + Math.floor(Math.random() * ACCOUNTS);
    const parameters = { from: account(), to: account(), amount: 1 + Math.floor(Math.random() * 20) };
    const { status } = await this.#cluster.ask(
      region,
      `MATCH (a:Account {id: $from}), (b:Account {id: $to}) WHERE a.balance >= $amount AND a <> b
       SET a.balance = a.balance - $amount, b.balance = b.balance + $amount`,
      { parameters },
    );
    if (status !== 202) await pause(RETRY_PAUSE_MS);
  }

  async #read(region: string): Promise<void> {
    const statement = 'MATCH (a:Account) RETURN count(*), sum(a.balance), min(a.balance)';
    const { status, rows } = await this.#cluster.ask(region, statement);
    if (status !== 202) return pause(RETRY_PAUSE_MS);
    const [count, sum, least] = rows[0] as number[];
    // Before the opening transaction has come to a replica there is nothing.
    const isWhole = count === ACCOUNTS && sum === ACCOUNTS * OPENING_BALANCE && least! >= 0;
    if (!isWhole && count !== 0) this.violations.push(`${region} read ${JSON.stringify(rows[0])}`);
    this.reads.get(region)!.push(performance.now());
  }

  async #countMains(): Promise<void> {
    for (const region of this.#cluster.regions) {
      const { rows } = await this.#cluster.ask(region, 'SHOW INSTANCES', { timeoutMs: 5_000 });
      const mains = rows.filter((cells) => cells.includes('main') && cells.includes('flights'));
      if (mains.length > 1) this.violations.push(`${region} shows two MAINs: ${JSON.stringify(mains)}`);
    }
    await pause(500);
  }
}
