import { createRandom, hash, wallet } from '../ingest/support.js';

/** A transfer of the stub's chain. */
export interface StubTransfer {
  readonly block: number;
  readonly logIndex: number;
  readonly transactionHash: string;
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
}

/** What really happened on the stub's chain, kept apart from what the stub says of it. */
export class StubTruth {
  readonly token = wallet(0x70ce);
  readonly startMs = Date.UTC(2025, 0, 6);
  transfers: StubTransfer[] = [];
  head = 0;
  readonly #random: () => number;
  readonly #forkOf = new Map<number, number>();
  #fork = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** Adds blocks, about two transfers in every other one: mints, burns, to oneself, of nothing, of 78 digits. */
  grow(blocks: number): void {
    for (let i = 0; i < blocks; i += 1) {
      this.head += 1;
      const count = this.head === 1 ? 2 : Math.floor(this.#random() * 3) * (this.#random() < 0.6 ? 1 : 0);
      for (let logIndex = 0; logIndex < count; logIndex += 1) this.transfers.push(this.#transfer(this.head, logIndex));
    }
  }

  /** Replaces the newest blocks: rows vanish, move to the next block, or stay as they were under another block hash. */
  reorg(depth: number): void {
    this.#fork += 1;
    const from = this.head - depth + 1;
    for (let block = from; block <= this.head; block += 1) this.#forkOf.set(block, this.#fork);
    this.transfers = this.transfers.flatMap((row) => {
      if (row.block < from) return [row];
      const luck = this.#random();
      if (luck < 0.25) return [];
      if (luck < 0.5 && row.block < this.head) return [{ ...row, block: row.block + 1, logIndex: row.logIndex + 10 }];
      return [row];
    });
    this.transfers.sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);
  }

  hashOf(block: number): string {
    return hash((this.#forkOf.get(block) ?? 0) * 1_000_000_000 + block);
  }

  /** Hash that a block had before the newest reorg. */
  earlierHashOf(block: number): string {
    return hash(((this.#forkOf.get(block) ?? 1) - 1) * 1_000_000_000 + block);
  }

  timeOf(block: number): number {
    return this.startMs + block * 2000;
  }

  balances(through = this.head): Map<string, bigint> {
    const balances = new Map<string, bigint>();
    const move = (party: string, amount: bigint) => balances.set(party, (balances.get(party) ?? 0n) + amount);
    for (const { block, from, to, value } of this.transfers) {
      if (block > through) continue;
      move(from, -value);
      move(to, value);
    }
    balances.delete(wallet(0));
    return new Map([...balances].filter(([, balance]) => balance !== 0n));
  }

  #transfer(block: number, logIndex: number): StubTransfer {
    const row = {
      block,
      logIndex,
      transactionHash: hash(this.#fork * 1_000_000_000 + block * 100 + logIndex + 7_000_000),
    };
    // The first has 78 digits; later amounts are small enough to leave every balance above zero or at it.
    if (block === 1)
      return { ...row, from: wallet(0), to: wallet(1), value: logIndex === 0 ? 2n ** 256n - 10n ** 20n : 5n };
    const luck = this.#random();
    const party = () => wallet(1 + Math.floor(this.#random() * 9));
    if (luck < 0.1) return { ...row, from: wallet(0), to: party(), value: BigInt(Math.floor(this.#random() * 1e12)) };
    const value = luck < 0.2 ? 0n : BigInt(Math.floor(this.#random() * 1e9)) * 10n ** 20n;
    const to = luck < 0.3 ? wallet(0) : luck < 0.4 ? wallet(1) : party();
    return { ...row, from: wallet(1), to, value };
  }
}
