import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BadUserInputError } from '../errors.js';
import { FieldProblem, isBlank, parseAddress, parseWhole } from '../ingest/sources/file/fields.js';
import { readChecked } from '../ingest/sources/file/read-checked.js';
import { parsePriceSetting } from '../ingest/sources/prices/price-setting.js';
import type { PaymentRule } from '../models/payment-rule.js';
import { knownTokens } from './known-tokens.js';
import { parsePaymentRule } from './payment-rule-text.js';

/** A token that is to be there. All but the address are hints or settings: what a token is called is read from the chain. */
export interface SeedToken {
  readonly address: string;
  readonly symbol?: string | undefined;
  readonly name?: string | undefined;
  readonly decimals?: number | undefined;
  /** First block of interest; absent: the creation of the contract. */
  readonly fromBlock?: number | undefined;
  readonly paymentRule?: PaymentRule | undefined;
  readonly priceSource?: string | undefined;
}

/** The known tokens of a chain; throws BadUserInputError where none are known. */
export function knownSeeds(chainId: number): readonly SeedToken[] {
  if (chainId === 1135) return knownTokens.map((address) => ({ address }));
  throw new BadUserInputError(`No tokens are known on chain ${chainId}: give a FILE, or --address.`);
}

/**
 * Reads a list: JSON (an array of objects) or CSV with a header, by its ending; columns address, symbol, name, decimals, fromBlock,
 * paymentRule (`all`, `from:0x..`, `methods:0x..`) and prices (`feed:0x..`, `pool:0x..:0x..`). Throws BadUserInputError or BadRowError.
 */
export async function readSeedList(path: string): Promise<readonly SeedToken[]> {
  const list = /\.json$/i.test(path) ? await readJson(path) : await readCsv(path);
  const seen = new Set<string>();
  for (const { address } of list) {
    if (seen.has(address)) throw new BadUserInputError(`${path}: ${address} is in the list twice.`);
    seen.add(address);
  }
  return list;
}

const address = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => /^0x[0-9a-f]{40}$/.test(text), 'expected an address: 0x and 40 hexadecimal digits');
const blank = (value: unknown): unknown => (value === '' || value === null ? undefined : value);
const jsonToken = z.strictObject({
  address,
  symbol: z.preprocess(blank, z.string().max(200).optional()),
  name: z.preprocess(blank, z.string().max(200).optional()),
  decimals: z.preprocess(blank, z.number().int().min(0).max(255).optional()),
  fromBlock: z.preprocess(blank, z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional()),
  paymentRule: z.preprocess(blank, z.string().transform(parsePaymentRule).optional()),
  prices: z.preprocess(blank, z.string().transform(parsePriceSetting).optional()),
});

async function readJson(path: string): Promise<SeedToken[]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BadUserInputError(`${path}: expected a readable JSON file with an array of tokens: ${reason}`);
  }
  const checked = z.array(jsonToken).safeParse(parsed);
  if (!checked.success) {
    const problems = checked.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the whole'}: ${message}`);
    throw new BadUserInputError(`${path}: ${problems.slice(0, 10).join('; ')}`);
  }
  return checked.data.map(({ prices, ...token }) => ({ ...token, priceSource: prices }));
}

async function readCsv(path: string): Promise<SeedToken[]> {
  const list: SeedToken[] = [];
  const columns = [
    { name: 'address', aliases: ['token_address', 'contract_address'], required: true },
    // Names of columns are compared in lower case.
    ...['symbol', 'name', 'decimals', 'fromblock', 'paymentrule', 'prices'].map((name) => ({ name })),
  ];
  await readChecked(path, {
    columns,
    onBadRow: (error) => {
      throw error;
    },
    take: ([contract, symbol, name, decimals, fromBlock, rule, prices]) => {
      const setting = <T>(column: string, text: string | undefined, parse: (text: string) => T): T | undefined => {
        if (text === undefined || isBlank(text)) return undefined;
        try {
          return parse(text);
        } catch (error) {
          throw new FieldProblem(column, error instanceof Error ? error.message : 'a setting', text);
        }
      };
      list.push({
        address: parseAddress('address', contract),
        symbol: isBlank(symbol) ? undefined : symbol,
        name: isBlank(name) ? undefined : name,
        decimals: isBlank(decimals) ? undefined : parseWhole('decimals', decimals, 255),
        fromBlock: isBlank(fromBlock) ? undefined : parseWhole('fromBlock', fromBlock, Number.MAX_SAFE_INTEGER),
        paymentRule: setting('paymentRule', rule, parsePaymentRule),
        priceSource: setting('prices', prices, parsePriceSetting),
      });
    },
  });
  return list;
}
