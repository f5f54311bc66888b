import { zeroAddress } from '../models/address.js';
import { decodeAmount, encodeAmount } from '../models/amount.js';
import { holderId } from '../models/holder.js';
import { inChunks } from './chunks.js';
import type { Stored, Unit } from './transaction.js';
import type { TransferRow } from './transfer-row.js';
import { insertRows, replaceRows } from './write-rows.js';

/** State of one address of one token. */
export interface HolderState {
  readonly address: string;
  balance: bigint;
  opening: bigint | null;
  firstSeen: number | null;
  lastActive: number | null;
  /** False until a row of it is stored. */
  stored: boolean;
}

/** An address that a batch touches: as it was before the batch, and as it becomes. */
export interface TouchedHolder {
  readonly before: Readonly<HolderState>;
  readonly after: HolderState;
}

/**
 * Balances of one token. Reads the addresses that a batch touches, applies transfers and opening balances to them, writes what changed.
 * Remembers recent addresses between batches; whoever keeps a book must drop it when anybody else may have written the token's rows,
 * and after a transaction that failed.
 */
export class HolderBook {
  /** Oldest use first. A cache of lru-cache takes megabytes before its first entry, and there is a book for each of many tokens. */
  readonly #known = new Map<string, HolderState>();
  readonly #touched = new Map<string, TouchedHolder>();

  constructor(private readonly tokenId: string) {}

  /** Addresses remembered. */
  get size(): number {
    return this.#known.size;
  }

  /** Brings the addresses into the book, so that `apply` finds them. */
  async read({ session, collection }: Unit, addresses: Iterable<string>): Promise<void> {
    const missing: string[] = [];
    for (const address of addresses) {
      if (address === zeroAddress || this.#touched.has(address)) continue;
      const known = this.#known.get(address);
      if (known) this.#touch(known);
      else missing.push(address);
    }
    for (const chunk of inChunks(missing, 5_000)) {
      const ids = chunk.map((address) => holderId({ tokenId: this.tokenId, address }));
      const rows = await collection('holders')
        .find({ _id: { $in: ids } }, { session, batchSize: 10_000 })
        .toArray();
      for (const row of rows) this.#touch(stateOf(row));
      for (const address of chunk) if (!this.#touched.has(address)) this.#touch(unseen(address));
    }
  }

  /** Brings in every address that has an opening balance. */
  async readOpenings(unit: Unit): Promise<string[]> {
    const rows = unit
      .collection('holders')
      .find(
        { tokenId: this.tokenId, openingBalance: { $type: 'string' } },
        { session: unit.session, projection: { address: 1 }, batchSize: 10_000 },
      );
    const addresses = (await rows.toArray()).map(({ address }) => address);
    await this.read(unit, addresses);
    return addresses;
  }

  /** Moves the amount of a successful transfer; a transfer to oneself moves none, but is seen. */
  apply({ fromAddress, toAddress, timestamp }: TransferRow, units: bigint): void {
    const time = timestamp.getTime();
    if (fromAddress !== zeroAddress) this.#move(fromAddress, -units, time);
    if (toAddress !== zeroAddress) this.#move(toAddress, units, time);
  }

  /** Moves the amount of an undone transfer back; when the two were seen is set by `see`. */
  takeBack({ fromAddress, toAddress }: Pick<TransferRow, 'fromAddress' | 'toAddress'>, units: bigint): void {
    if (fromAddress !== zeroAddress) this.#of(fromAddress).after.balance += units;
    if (toAddress !== zeroAddress) this.#of(toAddress).after.balance -= units;
  }

  /** When an address of the batch was first and last seen; undefined: never. */
  seen(address: string): { readonly first: number; readonly last: number } | undefined {
    const { firstSeen: first, lastActive: last } = this.#of(address).after;
    return first === null || last === null ? undefined : { first, last };
  }

  /** Sets when an address was first and last seen; undefined: never. */
  see(address: string, sighting: { readonly first: number; readonly last: number } | undefined): void {
    const { after } = this.#of(address);
    after.firstSeen = sighting?.first ?? null;
    after.lastActive = sighting?.last ?? null;
  }

  /** Sets the balance before the opening block; null takes it away. */
  open(address: string, opening: bigint | null): void {
    const { after } = this.#of(address);
    after.balance += (opening ?? 0n) - (after.opening ?? 0n);
    after.opening = opening;
  }

  /** What the batch changed so far. */
  changes(): TouchedHolder[] {
    return [...this.#touched.values()].filter(({ before, after }) => differs(before, after));
  }

  /** Writes the changes; an address that nothing is known of any more loses its row. */
  async write(unit: Unit): Promise<void> {
    const fresh: Array<Stored<'holders'>> = [];
    const moved: Array<Stored<'holders'>> = [];
    const forgotten: string[] = [];
    for (const { before, after } of this.changes()) {
      const row = rowOf(this.tokenId, after);
      const known = after.firstSeen !== null || after.opening !== null;
      if (known) (before.stored ? moved : fresh).push(row);
      else if (before.stored) forgotten.push(row._id);
      after.stored = known;
    }
    await insertRows(unit, 'holders', fresh);
    await replaceRows(unit, 'holders', moved);
    for (const chunk of inChunks(forgotten, 10_000)) {
      await unit.collection('holders').deleteMany({ _id: { $in: chunk } }, { session: unit.session });
    }
    this.#remember();
  }

  #move(address: string, units: bigint, time: number): void {
    const { after } = this.#of(address);
    after.balance += units;
    if (after.firstSeen === null || time < after.firstSeen) after.firstSeen = time;
    if (after.lastActive === null || time > after.lastActive) after.lastActive = time;
  }

  #remember(): void {
    for (const { after } of this.#touched.values()) {
      this.#known.delete(after.address);
      this.#known.set(after.address, after);
    }
    this.#touched.clear();
    for (const address of this.#known.keys()) {
      if (this.#known.size <= rememberedAddresses) return;
      this.#known.delete(address);
    }
  }

  #touch(state: HolderState): void {
    this.#touched.set(state.address, { before: { ...state }, after: state });
  }

  #of(address: string): TouchedHolder {
    const touched = this.#touched.get(address);
    if (!touched) throw new Error(`The balance of ${address} was not read before it was changed.`);
    return touched;
  }
}

/** Addresses a book remembers between batches. */
const rememberedAddresses = 100_000;

/** Stored form of a holder. */
export function rowOf(tokenId: string, state: Omit<HolderState, 'stored'>): Stored<'holders'> {
  return {
    _id: holderId({ tokenId, address: state.address }),
    tokenId,
    address: state.address,
    balance: encodeAmount(state.balance),
    openingBalance: state.opening === null ? null : encodeAmount(state.opening),
    firstSeen: state.firstSeen === null ? null : new Date(state.firstSeen),
    lastActive: state.lastActive === null ? null : new Date(state.lastActive),
  } as Stored<'holders'>;
}

/** State of an address that nothing is known of. */
export function unseen(address: string): HolderState {
  return { address, balance: 0n, opening: null, firstSeen: null, lastActive: null, stored: false };
}

function stateOf(row: Stored<'holders'>): HolderState {
  return {
    address: row.address,
    balance: decodeAmount(row.balance),
    opening: row.openingBalance === null ? null : decodeAmount(row.openingBalance),
    firstSeen: row.firstSeen?.getTime() ?? null,
    lastActive: row.lastActive?.getTime() ?? null,
    stored: true,
  };
}

function differs(a: Readonly<HolderState>, b: Readonly<HolderState>): boolean {
  return (
    a.balance !== b.balance || a.opening !== b.opening || a.firstSeen !== b.firstSeen || a.lastActive !== b.lastActive
  );
}
