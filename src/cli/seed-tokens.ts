import { BadUserInputError } from '../errors.js';
import { parsePriceSetting } from '../ingest/sources/prices/price-setting.js';
import { collectionOf } from '../ingest/transaction.js';
import { parsePaymentRule } from '../services/payment-rule-text.js';
import { knownSeeds, readSeedList, type SeedToken } from '../services/seed-list.js';
import { type Seeded, seedTokens } from '../services/seed-tokens.js';
import type { AddCommand } from './command.js';
import { type Connections, showsDemo } from './connect.js';
import { createInterrupt } from './interrupt.js';
import { withSources } from './open-sources.js';
import type { Output } from './output.js';
import { toWhole } from './to-whole.js';

/** Declares `seed-tokens`. */
export const addSeedTokens: AddCommand = (program, run) => {
  program
    .command('seed-tokens')
    .description(
      'Adds tokens of the chain: those of a list, one by --address, else the known ones of Lisk. Names and decimals are read from the contracts.',
    )
    .argument('[file]', 'JSON or CSV: address, and where wanted fromBlock, prices, paymentRule')
    .option('--address <address>', 'the contract of one token instead of a list')
    .option('--from-block <n>', 'first block of its history (default: the creation of the contract)', toWhole)
    .option('--prices <setting>', 'feed:ADDRESS (AggregatorV3) or pool:ADDRESS:USD (Uniswap-v2-style)')
    .option('--payment-rule <rule>', 'all, from:0x..,0x.. or methods:0x12345678,..: which transfers are payments')
    .option('--json', 'one JSON object on stdout')
    .action((file: string | undefined, { json, ...flags }: SeedFlags) =>
      run.connected(json, (connections, output) => runSeedTokens(connections, output, { file, ...flags })),
    );
};

interface SeedFlags {
  readonly address?: string;
  readonly fromBlock?: number;
  readonly prices?: string;
  readonly paymentRule?: string;
  readonly json?: true;
}

/** `seed-tokens`: exit code 1 when a token was refused. A running gateway begins to feed new tokens by itself. */
export async function runSeedTokens(
  connections: Connections,
  output: Output,
  request: { file: string | undefined } & Omit<SeedFlags, 'json'>,
): Promise<number> {
  const list = await listOf(request, connections.config.chainId);
  const interrupt = createInterrupt(output);
  try {
    const seeded = await withSources(connections, output, ({ sources }) => {
      const source = sources.rpc ?? sources.moralis;
      if (!source) {
        throw new BadUserInputError(
          'RPC_URL: expected a node of the chain that the tokens are read from (or MORALIS_API_KEY).',
        );
      }
      const { tokens, config, database } = connections;
      return seedTokens(list, {
        tokens: {
          createToken: tokens.createToken,
          findByAddress: (contractAddress) => collectionOf(database, 'tokens').findOne({ contractAddress }),
        },
        source,
        givesOpenings: sources.moralis !== undefined,
        chainId: config.chainId,
        signal: interrupt.signal,
      });
    });
    if (await showsDemo(connections)) {
      output.note(
        'The gateway that runs on this DATA_DIR shows the demo: start it again with RPC_URL, and it follows these tokens.',
      );
    }
    output.result({ tokens: seeded }, seeded.map(textOf).join('\n'));
    return seeded.every(({ outcome }) => outcome !== 'refused') ? 0 : 1;
  } finally {
    interrupt.close();
  }
}

async function listOf(
  { file, address, fromBlock, prices, paymentRule }: { file: string | undefined } & Omit<SeedFlags, 'json'>,
  chainId: number,
): Promise<readonly SeedToken[]> {
  if (address === undefined) {
    const flags = { '--from-block': fromBlock, '--prices': prices, '--payment-rule': paymentRule };
    const stray = Object.entries(flags).find(([, value]) => value !== undefined);
    if (stray) throw new BadUserInputError(`${stray[0]} belongs to one token: expected --address beside it.`);
    return file === undefined ? knownSeeds(chainId) : readSeedList(file);
  }
  if (file !== undefined) throw new BadUserInputError('--address: expected either a FILE or one address, got both.');
  return [
    {
      address,
      fromBlock,
      priceSource: prices === undefined ? undefined : parsePriceSetting(prices),
      paymentRule: paymentRule === undefined ? undefined : parsePaymentRule(paymentRule),
    },
  ];
}

function textOf({ address, outcome, symbol, tokenId, notices }: Seeded): string {
  const head = `${outcome.padEnd(7)} ${symbol ?? '-'} ${address}${tokenId === null ? '' : ` (id ${tokenId})`}`;
  return [head, ...notices.map((notice) => `  ${notice}`)].join('\n');
}
