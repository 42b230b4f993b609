/** A checker of a bank: money is moved between accounts, and whoever reads them all sees all of it, and no account below nothing. */
export interface BankRead {
  /** Who read, and where, for the report. */
  readonly what: string;
  /** By account. Empty before there are any. */
  readonly balances: ReadonlyMap<number, number>;
}

/** What is wrong, in words. `accounts`: how many there are; `total`: what is in them together. */
export function faultsOfBank(
  { accounts, total }: { readonly accounts: number; readonly total: number },
  reads: readonly BankRead[],
): string[] {
  return reads.flatMap(({ what, balances }) => {
    if (balances.size === 0) return [];
    if (balances.size !== accounts) return [`${what} sees ${balances.size} accounts`];
    const values = [...balances.values()];
    const sum = values.reduce((before, value) => before + value, 0);
    const negative = [...balances].filter(([, value]) => value < 0);
    return [
      ...(sum === total ? [] : [`${what} sees ${sum} in all`]),
      ...negative.map(([account, value]) => `${what} sees ${value} in account ${account}`),
    ];
  });
}
