/**
 * A world in which ASYNC instances may become MAIN (`sync_failover_only` is false): an acknowledged transaction may be lost, but only
 * what a failover has given up, and no more of it than SHOW FAILOVERS says. Everything else holds as elsewhere.
 */
import type { Assignment } from '../../core/replication/assignment.ts';
import { hashText } from '../../core/wal/checksum.ts';
import type { SimCoordinator } from './coordinator-object.ts';
import { type InstanceImage, positionAt } from './instance-image.ts';
import type { SimInstance } from './instance-object.ts';
import { Invariants } from './invariants.ts';
import { type Variant, World, type WorldOptions } from './world.ts';

/** With these it happens now and then that nobody who has all that was acknowledged can become MAIN. */
const VARIANTS: readonly Variant[] = [
  ['ASYNC', 'ASYNC'],
  ['SYNC', 'ASYNC', 'ASYNC'],
];

/** In the clusters of some seeds an ASYNC instance becomes MAIN only if it lacks no more than this. */
const LAG_MAX = '3';

export class GivingUpWorld extends World {
  readonly losses: GivingUpInvariants;

  constructor(seed: number, options: Partial<WorldOptions> = {}) {
    const variant = VARIANTS[seed % VARIANTS.length] ?? [];
    const invariantsOf = (world: World) => new GivingUpInvariants(world);
    super(seed, { variant, isOperated: seed % 4 >= 2, invariantsOf, hasHistories: seed % 5 === 3, ...options });
    this.losses = this.invariants as GivingUpInvariants; // as just made
  }

  override get mayLose(): boolean {
    return true;
  }

  override create(): void {
    super.create();
    this.#set('sync_failover_only', 'false');
    if (this.seed % 3 === 0) this.#set('max_failover_replica_lag', LAG_MAX);
  }

  #set(name: 'sync_failover_only' | 'max_failover_replica_lag', value: string): void {
    const { database } = this;
    this.clients[0]?.askCoordinators(
      { type: 'operate', database, command: { type: 'setSetting', name, value } },
      (response) => {
        if (response?.type !== 'table') this.schedule.after(200, () => this.#set(name, value));
      },
    );
  }
}

export class GivingUpInvariants extends Invariants {
  readonly #world: World;
  /** What transactions wrote that were acknowledged, and then given up. */
  readonly #lost = new Set<string>();
  /** Failovers to ASYNC instances. */
  count = 0;

  constructor(world: World) {
    super(world);
    this.#world = world;
  }

  override coordinatorStepped(coordinator: SimCoordinator): void {
    const before = this.committed?.assignment;
    super.coordinatorStepped(coordinator);
    const now = this.committed;
    const given = now?.assignment.givenUp?.at(-1);
    if (before === undefined || given === undefined || given.epoch !== before.epoch || now === undefined) return;
    if (now.assignment.epoch === before.epoch) return;
    const lost = this.takeBack(given.afterLsn);
    for (const { hash } of lost) this.#lost.add(this.#world.texts.get(hashText(hash)) ?? '');
    this.count += 1;
    const { atMost } = now.failovers.at(-1)?.lost ?? { atMost: 0 };
    if (atMost !== null && lost.length > atMost) {
      this.violate(`${lost.length} acknowledged transactions were lost, and the failover says ${atMost} at most`);
    }
  }

  /** Acknowledged transactions that were lost. */
  get lostCount(): number {
    return this.#lost.size;
  }

  /** MAIN of the epoch that has ended may have acknowledged while it could, and be heard only now. */
  override acknowledged(instance: SimInstance, told: { epoch: number; upToLsn: number; image: InstanceImage }): void {
    const { image } = told;
    let upToLsn = told.upToLsn;
    for (; upToLsn > 0 && this.#isVoid(image, upToLsn); upToLsn--) {
      const hash = positionAt(image, upToLsn)?.hash;
      if (hash !== undefined) this.#lost.add(this.#world.texts.get(hashText(hash)) ?? '');
    }
    super.acknowledged(instance, { ...told, upToLsn });
  }

  /** Whoever has not heard of it goes on showing what was given up. */
  override shown(instance: SimInstance, lsn: number, image: InstanceImage): void {
    if (!this.#isVoid(image, lsn)) super.shown(instance, lsn, image);
  }

  override readFresh(instance: string, read: { readonly lsn: number; readonly acknowledgedLsn: number }): void {
    const acknowledgedLsn = Math.min(
      read.acknowledgedLsn,
      this.acknowledgedLsn,
      ...this.#givenUp.map(({ afterLsn }) => afterLsn),
    );
    super.readFresh(instance, { ...read, acknowledgedLsn });
  }

  override checkEnd(...[instances, textOf]: Parameters<Invariants['checkEnd']>): void {
    for (const { outcomes } of this.#world.clients) {
      for (const [text, outcome] of outcomes)
        if (outcome === 'ok' && this.#lost.has(text)) outcomes.set(text, 'unknown');
    }
    super.checkEnd(instances, textOf);
  }

  get #givenUp(): NonNullable<Assignment['givenUp']> {
    return this.committed?.assignment.givenUp ?? [];
  }

  #isVoid(image: InstanceImage, lsn: number): boolean {
    const position = positionAt(image, lsn);
    return (
      position !== undefined && this.#givenUp.some(({ epoch, afterLsn }) => epoch >= position.epoch && afterLsn < lsn)
    );
  }
}
