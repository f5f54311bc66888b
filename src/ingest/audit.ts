import type { Database } from '../database.js';
import { decodeAmount } from '../models/amount.js';
import { type Derived, type Recomputed, recompute } from './recompute.js';
import { collectionOf, type Stored } from './transaction.js';

/** A stored value that is not what the transfers say; `undefined` on one side is a row that is missing or too many. */
export interface Difference {
  readonly collection: Derived | 'tokens';
  readonly id: string;
  readonly field: string;
  readonly stored: unknown;
  readonly expected: unknown;
}

/** What an audit of one token found at one epoch. */
export interface Audit {
  readonly token: Stored<'tokens'>;
  readonly expected: Recomputed;
  readonly rowsCompared: number;
  readonly differences: readonly Difference[];
  /** Rows to write and to delete so that the store is right, by collection. */
  readonly repairs: ReadonlyMap<Derived, Repair>;
  /** Addresses below 0: data is missing. */
  readonly negative: ReadonlyArray<{ readonly address: string; readonly balance: bigint }>;
}

/** Ids of the wrong rows of a collection. */
export interface Repair {
  readonly write: string[];
  readonly remove: string[];
}

/** Compares every rollup, holder and total of a token with a recomputation. Undefined when the token changed meanwhile or is gone. */
export async function auditToken(database: Pick<Database, 'connection'>, tokenId: string): Promise<Audit | undefined> {
  const tokens = collectionOf(database, 'tokens');
  const token = await tokens.findOne({ _id: tokenId });
  if (!token) return undefined;
  const expected = await recompute(database, token);
  const differences: Difference[] = [];
  const repairs = new Map<Derived, Repair>();
  let rowsCompared = 0;
  for (const name of derivedCollections) {
    const found = await compareRows(database, tokenId, name, expected.rows[name]);
    rowsCompared += found.compared;
    differences.push(...found.differences);
    if (found.repair.write.length + found.repair.remove.length > 0) repairs.set(name, found.repair);
  }
  differences.push(...compareHead(token, expected));
  const after = await tokens.findOne({ _id: tokenId }, { projection: { epoch: 1 } });
  if (after?.epoch !== token.epoch) return undefined;
  return { token, expected, rowsCompared, differences, repairs, negative: negativeOf(expected) };
}

/** The head that a token must have. A chain says itself how far it has been read; files are as far as their newest row. */
export function expectedHead(token: Stored<'tokens'>, { totals, newest }: Recomputed) {
  if (token.source !== 'file') return { totals };
  const asOfTime = newest ? new Date(newest.time) : null;
  return { totals, asOfTime, asOfBlock: newest?.blockNumber ?? null };
}

const derivedCollections: readonly Derived[] = [
  'dailyCumulativeMetrics',
  'dailyUniqueWallets',
  'hourlyActivity',
  'weeklyPayments',
  'holders',
];

async function compareRows<N extends Derived>(
  database: Pick<Database, 'connection'>,
  tokenId: string,
  name: N,
  expected: ReadonlyMap<string, { _id: string }>,
) {
  const differences: Difference[] = [];
  const repair: Repair = { write: [], remove: [] };
  const missing = new Set(expected.keys());
  const rows = collectionOf<'holders'>(database, name as 'holders').find({ tokenId }, { batchSize: 5_000 });
  let compared = 0;
  for await (const stored of rows) {
    compared += 1;
    const id = String(stored._id);
    const right = expected.get(id);
    missing.delete(id);
    if (!right) {
      repair.remove.push(id);
      differences.push({ collection: name, id, field: 'row', stored: 'present', expected: undefined });
      continue;
    }
    const wrong = wrongFields(stored, right);
    if (wrong.length > 0) repair.write.push(id);
    for (const field of wrong) differences.push({ collection: name, id, ...field });
  }
  for (const id of missing) {
    repair.write.push(id);
    differences.push({ collection: name, id, field: 'row', stored: undefined, expected: 'present' });
  }
  return { compared, differences, repair };
}

function compareHead(token: Stored<'tokens'>, expected: Recomputed): Difference[] {
  const { totals, ...asOf } = expectedHead(token, expected);
  const where = { collection: 'tokens', id: token._id } as const;
  // That times are not known to be in order is no mistake; that they are said to be and are not is one.
  const falseHint = token.timesInOrder && !expected.timesInOrder ? { timesInOrder: false } : {};
  return [
    ...wrongFields(token.totals, totals).map((wrong) => ({ ...where, ...wrong, field: `totals.${wrong.field}` })),
    ...wrongFields(token, { ...asOf, ...falseHint }).map((wrong) => ({ ...where, ...wrong })),
  ];
}

/** Fields of the right row that the stored one has otherwise. */
function wrongFields(stored: object, right: object): Array<Pick<Difference, 'field' | 'stored' | 'expected'>> {
  const values = new Map(Object.entries(stored));
  return Object.entries(right).flatMap(([field, value]) => {
    const [is, shall] = [plain(values.get(field)), plain(value)];
    return is === shall ? [] : [{ field, stored: is, expected: shall }];
  });
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function negativeOf({ rows, totals }: Recomputed) {
  if (totals.negativeBalanceCount === 0) return [];
  return [...rows.holders.values()]
    .map(({ address, balance }) => ({ address, balance: decodeAmount(balance) }))
    .filter(({ balance }) => balance < 0n);
}
