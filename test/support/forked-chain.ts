import fc from 'fast-check';
import type { Batch, PriceInput, TransferInput } from '../../src/ingest/batch.js';
import { toInput } from './load-ledger.js';
import type { Ledger } from './oracle-numbers.js';
import { randomLedger } from './random-ledger.js';

/** One batch of a chain that may change its mind before it. */
interface Step {
  /** How many of the blocks taken in are replaced before; null: none. */
  readonly depth: number | null;
  readonly fork: readonly Change[];
  /** How many of the rows that stand next are taken in, and whether only every other of them, so that the rest comes late. */
  readonly size: number;
  readonly late: boolean;
  readonly finalize: boolean;
  readonly openings: ReadonlyMap<string, bigint> | undefined;
  readonly writer: number;
}

type Change = 'same' | 'gone' | 'amount' | 'turned' | 'outcome' | 'moved';

const address = (n: number): string => `0x${String(n).repeat(40)}`;

/** Histories so long that a reorg leaves something behind: some random ones, one after the other. */
export const longLedger: fc.Arbitrary<Ledger> = fc
  .tuple(randomLedger, randomLedger, randomLedger, randomLedger)
  .map(([first, ...others]) => others.reduce(follow, first));

function follow(ledger: Ledger, next: Ledger): Ledger {
  const blocks = Math.max(0, ...ledger.transfers.map(({ block }) => block));
  const end = Math.max(0, ...ledger.transfers.map(({ time }) => time));
  const begin = Math.min(...next.transfers.map(({ time }) => time));
  const delay = end === 0 ? 0 : end - begin + 600_000;
  const later = next.transfers.map((row) => ({ ...row, block: row.block + blocks, time: row.time + delay }));
  return { ...ledger, transfers: [...ledger.transfers, ...later] };
}

/** Batches with reorgs among them. */
export const randomSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    depth: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 20 })),
    // Nothing changed is a reorg back to the fork before it, or one that moves no row of the token.
    fork: fc.oneof(
      fc.constant<Change[]>(['same']),
      fc.array(fc.constantFrom<Change>('same', 'gone', 'amount', 'turned', 'outcome', 'moved'), {
        minLength: 1,
        maxLength: 5,
      }),
    ),
    size: fc.integer({ min: 0, max: 15 }),
    late: fc.nat(5).map((n) => n === 0),
    finalize: fc.nat(9).map((n) => n === 0),
    openings: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: fc
          .dictionary(fc.constantFrom(...[1, 2, 3].map(address)), fc.bigInt({ min: 1n, max: 9n }), { maxKeys: 2 })
          .map((balances) => new Map(Object.entries(balances))),
      },
    ),
    writer: fc.nat(1),
  }),
  { minLength: 2, maxLength: 8, size: 'max' },
);

/** The batches by which a ledger comes in through reorgs, and what would have come had none of the replaced blocks ever been. */
export function playForks(ledger: Ledger, steps: readonly Step[]) {
  let waiting = ledger.transfers.map((row): TransferInput => ({ ...toInput(row), blockHash: hashOf(row.block, 0) }));
  let taken: TransferInput[] = [];
  let prices: PriceInput[] = [];
  let finalizedBlock: number | null = null;
  let openings = ledger.openings;
  let head = 0;
  const batches: Array<Omit<Batch, 'tokenId'> & { readonly writer: number }> = [];

  for (const [number, { depth, fork, late, size, ...step }] of steps.entries()) {
    const blocks = [...new Set(taken.map(({ blockNumber }) => blockNumber))].sort((a, b) => b - a);
    const rewindTo =
      depth === null
        ? undefined
        : Math.max((blocks[Math.min(depth, blocks.length)] ?? 1) - (depth % 2), finalizedBlock ?? 0);
    if (rewindTo !== undefined) {
      const stays = ({ blockNumber }: { blockNumber?: number }): boolean => (blockNumber ?? 0) <= rewindTo;
      const above = [...taken, ...waiting].filter((row) => !stays(row)).sort(byPosition);
      waiting = [...waiting.filter(stays), ...changed(above, fork, number + 1)];
      taken = taken.filter(stays);
      prices = prices.filter(stays);
      head = rewindTo;
    }
    const next = waiting.slice(0, size).filter((_, i) => !late || i % 2 === 0);
    waiting = waiting.filter((row) => !next.includes(row));
    taken = [...taken, ...next];
    head = Math.max(head, ...next.map(({ blockNumber }) => blockNumber));
    const newPrices = next.flatMap((row, i) => (i % 3 === 0 ? [priceOf(row, number)] : []));
    prices = [...prices.filter((one) => !newPrices.some((price) => price.timestamp === one.timestamp)), ...newPrices];
    if (step.finalize) finalizedBlock = Math.max(finalizedBlock ?? 0, head - 2);
    if (step.openings || number === 0) openings = step.openings ?? openings;
    batches.push({
      writer: step.writer,
      source: 'rpc',
      transfers: next,
      prices: [...newPrices, ...(number === 0 ? filePrices(ledger) : [])],
      ...(rewindTo === undefined ? {} : { rewindTo }),
      ...(step.openings || number === 0 ? { openings: { blockNumber: 0, balances: openings } } : {}),
      ...(ledger.asOf ? { asOf: asOf(head, step.finalize ? finalizedBlock : null) } : {}),
    });
  }
  const straight: Omit<Batch, 'tokenId'> = {
    source: 'rpc',
    transfers: taken,
    prices: [...prices, ...filePrices(ledger)],
    openings: { blockNumber: 0, balances: openings },
    ...(ledger.asOf ? { asOf: asOf(head, finalizedBlock) } : {}),
  };
  return { batches, straight };
}

/** Times rise with blocks, also where those of the rows do not. */
function asOf(blockNumber: number, finalizedBlock: number | null) {
  return { blockNumber, time: Date.UTC(2025, 3, 1) + blockNumber * 60_000, hash: null, finalizedBlock };
}

/** The rows of another fork: all blocks have other hashes and, now and then, other times, unless the fork is the old one. */
function changed(rows: readonly TransferInput[], fork: readonly Change[], number: number): TransferInput[] {
  if (fork.every((change) => change === 'same')) return [...rows];
  const delay = (number % 3) * 1_800_000;
  return rows.flatMap((row, i): TransferInput[] => {
    const change = fork[i % fork.length];
    if (change === 'gone') return [];
    const other = {
      ...row,
      blockHash: hashOf(row.blockNumber, number),
      timestamp: row.timestamp + delay,
    };
    if (change === 'amount') return [{ ...other, value: row.value / 2n + 1n }];
    if (change === 'turned') return [{ ...other, fromAddress: row.toAddress, toAddress: row.fromAddress }];
    if (change === 'outcome') return [{ ...other, isSuccess: !row.isSuccess }];
    if (change === 'moved') return [{ ...other, logIndex: row.logIndex + 100 * number, transactionHash: null }];
    return [other];
  });
}

function priceOf({ blockNumber }: TransferInput, step: number): PriceInput {
  const timestamp = Date.UTC(2024, 0, 1) + blockNumber * 1000;
  return { blockNumber, timestamp, price: `${step + 1}.5`, volume: '1', where: `block ${blockNumber}` };
}

function filePrices({ prices }: Ledger): PriceInput[] {
  return prices.map(({ time, price, volume }) => ({ timestamp: time, price, volume, where: 'prices' }));
}

const byPosition = (a: TransferInput, b: TransferInput): number =>
  a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;

function hashOf(block: number, fork: number): string {
  return `0x${String(fork).padStart(4, '0')}${String(block).padStart(60, '0')}`;
}
