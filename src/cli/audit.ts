import { BadUserInputError } from '../errors.js';
import { auditAgainstChain, type ChainAudit } from '../services/chain-audit/chain-audit.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import { withSources } from './open-sources.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';
import { toWhole } from './to-whole.js';

/** Declares `audit`. */
export const addAudit: AddCommand = (program, run) => {
  program
    .command('audit')
    .description(
      'Compares balances, supply and numbers of transfers with the chain, on a sample; `verify` compares sums with rows.',
    )
    .argument('[tokens...]', 'id, address or symbol; all tokens of CHAIN_ID when none is named')
    .option('--wallets <n>', 'random holders, beside the 20 largest', toWhole, 30)
    .option(
      '--blocks <n>',
      'final blocks whose transfers are counted; the next audit goes on behind them',
      toWhole,
      20_000,
    )
    .option('--json', 'one JSON object on stdout')
    .action((names: string[], { json, wallets, blocks }: { json?: true; wallets: number; blocks: number }) =>
      run.connected(json, (connections, output) => runAudit(connections, output, { names, wallets, blocks })),
    );
};

/** `audit`: exit code 1 on any difference. */
export async function runAudit(
  connections: Connections,
  output: Output,
  { names, wallets, blocks }: { names: readonly string[]; wallets: number; blocks: number },
): Promise<number> {
  const { config, database } = connections;
  const picked = await pickTokens(connections, names);
  const tokens = names.length > 0 ? picked : picked.filter(({ chainId }) => chainId === config.chainId);
  const audits = await withSources(connections, output, async ({ sources: { rpc } }) => {
    if (!rpc) throw new BadUserInputError('RPC_URL: expected a node of the chain to compare with.');
    const sample = { largest: 20, others: wallets, blocks: Math.max(1, blocks) };
    const found: ChainAudit[] = [];
    for (const { _id: tokenId } of tokens) {
      const audit = await auditAgainstChain({ database, chain: rpc, tokenId, sample });
      if (audit) found.push(audit);
    }
    return found;
  });
  const clean = audits.every(({ differences }) => differences.length === 0);
  output.result({ clean, tokens: audits }, audits.length === 0 ? 'No tokens.' : audits.map(textOf).join('\n'));
  return clean ? 0 : 1;
}

function textOf({ symbol, atBlock, balancesCompared, blocksCounted, differences }: ChainAudit): string {
  const compared =
    atBlock === null
      ? 'is not fed by a node, nothing to compare'
      : `${balancesCompared} balances and the supply at block ${atBlock}, ${blocksCounted ? `transfers of blocks ${blocksCounted.from} to ${blocksCounted.to}` : 'no final blocks yet'}`;
  const wrong = differences
    .slice(0, 20)
    .map(
      ({ what, of, stored, expected }) =>
        `  ${what}${of === '' ? '' : ` ${of}`}: stored ${stored}, the chain says ${expected}`,
    );
  return [`${symbol}: ${compared}, ${differences.length} differences`, ...wrong].join('\n');
}
