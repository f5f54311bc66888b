import { wallet } from '../ingest/support.js';
import type { Misbehaviour, MoralisStub } from './moralis-stub.js';
import type { StubTransfer } from './moralis-stub-truth.js';

/** An answer and what it costs. */
export interface StubAnswer {
  readonly operation: string;
  readonly units: number;
  readonly body: unknown;
}

/** What Moralis would answer; undefined for what it does not know. */
export function answerOf(stub: MoralisStub, url: URL): StubAnswer | undefined {
  const path = url.pathname.replace('/api/v2.2', '');
  const { truth } = stub;
  const [, first, second, third] = path.split('/');
  const head = truth.head - stub.hidden;
  if (first === 'latestBlockNumber') return { operation: first, units: 10, body: String(head) };
  if (first === 'dateToBlock')
    return { operation: first, units: 1, body: { date: '', block: head, ...blockFields(stub, head) } };
  if (first === 'block') {
    const number = Number(second);
    if (number > truth.head) return undefined;
    const body = {
      number: String(number),
      hash: truth.hashOf(number),
      timestamp: iso(truth.timeOf(number)),
      transactions: [],
    };
    return { operation: first, units: 100, body };
  }
  if (second === 'metadata')
    return { operation: second, units: 10, body: [metadataOf(stub, url.searchParams.get('addresses[0]') ?? '')] };
  if (third === 'transfers') return { operation: third, units: 50, body: pageOf(stub, url, transfersOf(stub, url)) };
  if (third === 'holders') {
    const totalHolders = stub.totalHolders ?? truth.balances().size;
    return { operation: third, units: 50, body: { totalHolders, holderSupply: {}, holderChange: {} } };
  }
  if (third === 'owners') {
    const owners = [...truth.balances()].map(([owner_address, balance]) => ({
      owner_address,
      balance: String(balance),
      balance_formatted: '1e3',
      usd_value: '0.1',
      is_contract: false,
      percentage_relative_to_total_supply: 1.5e-7,
    }));
    return { operation: third, units: 50, body: pageOf(stub, url, owners) };
  }
  if (second === 'prices') {
    const body = [{ ...pricedAt, usdPriceFormatted: null, tokenAddress: truth.token }, { tokenAddress: wallet(1) }];
    return { operation: second, units: 100, body };
  }
  if (third === 'pairs') {
    const pair = { pair_address: wallet(0xabc), exchange_name: 'Swap', liquidity_usd: 1.5 };
    return { operation: third, units: 50, body: pageOf(stub, url, [pair]) };
  }
  if (third === 'price') return { operation: third, units: 50, body: pricedAt };
  if (third === 'ohlcv') return { operation: third, units: 150, body: { page: 1, cursor: '', result: candles } };
  return undefined;
}

/** True once for each time that a misbehaviour was asked for. */
export function happens(stub: MoralisStub, what: keyof Misbehaviour): boolean {
  if (stub.wrong[what] === 0) return false;
  stub.wrong[what] -= 1;
  return true;
}

/** A price and candles as text that a float would change. */
const pricedAt = { usdPrice: 0.1234567891234, usdPriceFormatted: '0.123456785', tokenName: 'Stub' };
const candles = [
  { timestamp: '2025-01-06T00:00:00.000Z', open: 1, high: 2, low: 1, close: 1.5e-7, volume: 12.123456789, trades: 3 },
  { timestamp: '2025-01-06T01:00:00.000Z', open: 1, high: 2, low: 1, close: 2, volume: 0, trades: 0 },
];

const iso = (ms: number): string => new Date(ms).toISOString();

function blockFields({ truth }: MoralisStub, block: number) {
  const ms = truth.timeOf(block);
  return {
    timestamp: ms / 1000,
    block_timestamp: iso(ms),
    hash: truth.hashOf(block),
    parent_hash: truth.hashOf(block - 1),
  };
}

function metadataOf({ truth }: MoralisStub, address: string) {
  const empty = { address, name: '', symbol: '', decimals: null, total_supply: null, block_number: null };
  return address === truth.token
    ? { ...empty, name: 'Stub', symbol: 'STUB', decimals: '18', total_supply: '7', validated: 1 }
    : empty;
}

function transfersOf(stub: MoralisStub, url: URL): object[] {
  const [from, to] = ['from_block', 'to_block'].map((name) => Number(url.searchParams.get(name) ?? 0)) as [
    number,
    number,
  ];
  const { truth } = stub;
  if (url.pathname.split('/')[4] !== truth.token) return [];
  const rows = truth.transfers.filter(({ block }) => block >= from && block <= Math.min(to, truth.head - stub.hidden));
  if (url.searchParams.get('order') !== 'ASC') rows.reverse();
  return rows.map((row) => transferOf(stub, row, truth.hashOf(row.block)));
}

function transferOf({ truth }: MoralisStub, row: StubTransfer, blockHash: string) {
  return {
    token_name: 'Stub',
    token_decimals: '18',
    transaction_hash: row.transactionHash,
    address: truth.token,
    block_timestamp: iso(truth.timeOf(row.block)),
    block_number: String(row.block),
    block_hash: blockHash,
    from_address: row.from,
    to_address: row.to.toUpperCase().replace('0X', '0x'),
    value: String(row.value),
    value_decimal: '1.5e+59',
    transaction_index: 0,
    log_index: row.logIndex,
    possible_spam: 'false',
    verified_contract: false,
  };
}

/** One page; the cursor holds the place and the size, which counts only on the first call of a chain. */
function pageOf(stub: MoralisStub, url: URL, all: object[]) {
  const cursor = url.searchParams.get('cursor');
  const limit = Number(url.searchParams.get('limit') ?? 100);
  const [start, size] = cursor ? (cursor.split('-').map(Number) as [number, number]) : [0, limit];
  let result = all.slice(start, start + size);
  const before = all[start - 1];
  if (before && result.length > 0 && happens(stub, 'duplicate')) result = [before, ...result];
  if (result.length > 1 && happens(stub, 'missing')) result = result.toSpliced(Math.floor(result.length / 2), 1);
  if (result.length > 1 && happens(stub, 'shuffle')) result = result.toReversed();
  if (result.length > 0 && isNewest(stub, result) && happens(stub, 'bothForks'))
    result = [...result, ...otherFork(stub, result)];
  const end = start + size;
  return {
    page: start / size,
    page_size: size,
    cursor: end < all.length ? `${end}-${size}` : stub.variant === 'strings' ? null : '',
    result,
  };
}

function isNewest({ truth }: MoralisStub, rows: object[]): boolean {
  return rows.some((row) => 'block_number' in row && Number(row.block_number) > truth.head - 10);
}

/** The same transactions and log indexes under the block hashes of before. */
function otherFork({ truth }: MoralisStub, rows: object[]): object[] {
  return rows.flatMap((row) =>
    'block_number' in row && Number(row.block_number) > truth.head - 10
      ? [{ ...row, block_hash: truth.earlierHashOf(Number(row.block_number)) }]
      : [],
  );
}
