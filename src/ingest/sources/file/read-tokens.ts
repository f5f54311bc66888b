import { FieldProblem, isBlank, parseAddress, parseWhole } from './fields.js';
import { type OnBadRow, readChecked } from './read-checked.js';

/** What is known of a token beside its address. */
export interface TokenFacts {
  readonly symbol?: string;
  readonly name?: string;
  readonly decimals?: number;
}

/** Reads a list of tokens: address, symbol, name, decimals; all but the address may be empty. */
export async function readTokens(path: string, onBadRow: OnBadRow): Promise<ReadonlyMap<string, TokenFacts>> {
  const tokens = new Map<string, TokenFacts>();
  const columns = [
    { name: 'address', aliases: ['token_address', 'contract_address'], required: true },
    { name: 'symbol' },
    { name: 'name' },
    { name: 'decimals' },
  ];
  await readChecked(path, {
    columns,
    onBadRow,
    take: ([addressText, symbol, name, decimals]) => {
      const address = parseAddress('address', addressText);
      if (tokens.has(address)) throw new FieldProblem('address', 'each token once', addressText);
      for (const [column, text] of [
        ['symbol', symbol],
        ['name', name],
      ] as const) {
        if ((text ?? '').length > 200) throw new FieldProblem(column, 'at most 200 characters', text);
      }
      tokens.set(address, {
        ...(isBlank(symbol) ? {} : { symbol }),
        ...(isBlank(name) ? {} : { name }),
        ...(isBlank(decimals) ? {} : { decimals: parseWhole('decimals', decimals, 255) }),
      });
    },
  });
  return tokens;
}
