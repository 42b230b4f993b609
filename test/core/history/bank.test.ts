import { expect, test } from 'vitest';
import { faultsOfBank } from './bank.ts';

const BANK = { accounts: 3, total: 30 };

const read = (...balances: number[]) => ({ what: 'a client', balances: new Map(balances.entries()) });

test.each([
  { name: 'nothing', reads: [] },
  { name: 'a bank that is not there yet', reads: [read()] },
  { name: 'what was there at first', reads: [read(10, 10, 10)] },
  { name: 'money that was moved', reads: [read(0, 25, 5), read(30, 0, 0)] },
])('$name is right', ({ reads }) => {
  expect(faultsOfBank(BANK, reads)).toEqual([]);
});

test.each([
  { name: 'money that left one account and did not arrive', reads: [read(5, 10, 10)], fault: 'sees 25 in all' },
  { name: 'money that arrived and did not leave', reads: [read(10, 15, 10)], fault: 'sees 35 in all' },
  { name: 'an account below nothing', reads: [read(-5, 25, 10)], fault: 'sees -5 in account 0' },
  { name: 'an account that is missing', reads: [read(10, 20)], fault: 'sees 2 accounts' },
])('$name is told', ({ reads, fault }) => {
  expect(faultsOfBank(BANK, reads)).toEqual([`a client ${fault}`]);
});
