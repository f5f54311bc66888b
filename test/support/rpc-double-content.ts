import { createRandom } from '../ingest/support.js';
import type { ChainLog, ChainOptions, ChainToken } from './rpc-double-chain.js';

/** topic0 of Transfer(address,address,uint256). */
export const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const approvalTopic = '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925';

/** A contract of NFTs, whose Transfer events have four topics. */
export const nftAddress = `0x${'cc'.repeat(20)}`;

/**
 * The logs of a block, the same for seed, fork and number: mints, burns, transfers to oneself, nothing and 2^255, several of a transaction,
 * NFTs of another contract and (forbidden, but seen) of the token itself, and approvals, with which a bloom says yes where no transfer is.
 */
export function playBlock({ options, number, fork, state }: Play): ChainLog[] {
  const random = createRandom((options.seed * 7_919 + fork * 104_729 + number * 31) >>> 0);
  for (let i = 0; i < 4; i += 1) random();
  const whole = (below: number): number => Math.floor(random() * below);
  const living = options.tokens.filter(({ createdAt }) => createdAt <= number);
  const logs: ChainLog[] = [];
  let transaction = 0;
  const emit = (log: Omit<ChainLog, 'transaction'>): void => {
    logs.push({ ...log, transaction });
    state.apply({ ...log, transaction }, 1n);
    if (random() < 0.7) transaction += 1;
  };
  for (const token of living) {
    if (number === token.createdAt) emit(transferLog(token.address, 0, 1, 10n ** 24n));
    if (whole(100) >= options.density) {
      if (random() < 0.3) emit(approval(token, whole(options.wallets)));
      continue;
    }
    for (let count = 1 + whole(options.busy); count > 0; count -= 1) {
      const [from, to] = [partyOf(random, options), partyOf(random, options)];
      emit(transferLog(token.address, from, to, amountOf({ random, from, address: token.address, state })));
      if (random() < 0.05) emit(approval(token, whole(options.wallets)));
      if (random() < 0.03) emit(nft(token.address, whole(9)));
    }
  }
  if (random() < 0.3) emit(nft(nftAddress, whole(1_000)));
  for (const { address, logs: own } of options.contracts) {
    for (const log of own({ number, fork })) emit({ address, ...log });
  }
  return logs;
}

interface Play {
  readonly options: Required<ChainOptions>;
  readonly number: number;
  readonly fork: number;
  /** Balances before the block; has those after it when it is played. */
  readonly state: ChainState;
}

/** Who has how much: contracts pay out nothing that is not there. */
export interface ChainState {
  balanceOf(token: string, wallet: string): bigint;
  supplyOf(token: string): bigint;
  apply(log: ChainLog, sign: 1n | -1n): void;
}

/** A state before the first block. */
export function createState(): ChainState {
  const balances = new Map<string, bigint>();
  const supplies = new Map<string, bigint>();
  const add = (map: Map<string, bigint>, key: string, value: bigint): void =>
    void map.set(key, (map.get(key) ?? 0n) + value);
  return {
    balanceOf: (token, wallet) => balances.get(`${token}${wallet}`) ?? 0n,
    supplyOf: (token) => supplies.get(token) ?? 0n,
    apply({ address, topics, data }, sign) {
      if (topics[0] !== transferTopic || topics.length !== 3) return;
      const value = BigInt(data) * sign;
      const [from, to] = [`0x${topics[1]?.slice(-40)}`, `0x${topics[2]?.slice(-40)}`];
      if (from === chainWallet(0)) add(supplies, address, value);
      else add(balances, `${address}${from}`, -value);
      if (to === chainWallet(0)) add(supplies, address, -value);
      else add(balances, `${address}${to}`, value);
    },
  };
}

/** A Transfer log of an ERC-20 contract between two numbered wallets; 0 is the zero address. */
export function transferLog(address: string, from: number, to: number, value: bigint): Omit<ChainLog, 'transaction'> {
  return { address, topics: [transferTopic, walletTopic(from), walletTopic(to)], data: word(value) };
}

/** Address of a numbered wallet; 0 is the zero address. */
export function chainWallet(n: number): string {
  return n === 0 ? `0x${'0'.repeat(40)}` : `0x${(n * 2_654_435_761).toString(16).padStart(40, 'd')}`;
}

/** 32 bytes in hex. */
export function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

function walletTopic(n: number): string {
  return `0x${chainWallet(n).slice(2).padStart(64, '0')}`;
}

function approval({ address }: ChainToken, owner: number): Omit<ChainLog, 'transaction'> {
  return { address, topics: [approvalTopic, walletTopic(owner + 1), walletTopic(1)], data: word(1n) };
}

function nft(address: string, id: number): Omit<ChainLog, 'transaction'> {
  return { address, topics: [transferTopic, walletTopic(1), walletTopic(2), word(BigInt(id))], data: '0x' };
}

function partyOf(random: () => number, { wallets }: Required<ChainOptions>): number {
  return random() < 0.08 ? 0 : 1 + Math.floor(random() ** 2 * wallets);
}

function amountOf({ random, from, address, state }: AmountOptions): bigint {
  const kind = random();
  if (kind < 0.05) return 0n;
  if (from === 0) {
    if (kind < 0.2 && state.supplyOf(address) < 2n ** 254n) return 2n ** 255n + BigInt(Math.floor(random() * 1e9));
    return BigInt(Math.floor(random() * 1e15)) ** 2n / 7n;
  }
  const balance = state.balanceOf(address, chainWallet(from));
  return kind < 0.15 ? balance : (balance * BigInt(Math.floor(random() * 1e6))) / 1_500_000n;
}

interface AmountOptions {
  readonly random: () => number;
  readonly from: number;
  readonly address: string;
  readonly state: ChainState;
}
