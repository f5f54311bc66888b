import { Option } from 'commander';
import { parsePaymentRule } from '../services/payment-rule-text.js';
import type { UpdateToken } from '../services/token-input.js';
import type { AddCommand } from './command.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';

/** Declares `update`. */
export const addUpdate: AddCommand = (program, run) => {
  program
    .command('update')
    .description('Changes a token.')
    .argument('<token>', 'id, address or symbol')
    .option('--symbol <symbol>', 'another symbol')
    .option('--name <name>', 'another name')
    .addOption(new Option('--active <mode>', 'off hides it from lists of active tokens').choices(['on', 'off']))
    .option('--payment-rule <rule>', 'all, from:0x..,0x.. or methods:0x12345678,..')
    .option('--json', 'one JSON object on stdout')
    .action((name: string, { active, paymentRule, json, ...labels }: UpdateFlags) =>
      run.connected(json, (connections, output) => {
        const change = {
          ...labels,
          isActive: active === undefined ? undefined : active === 'on',
          paymentRule: paymentRule === undefined ? undefined : parsePaymentRule(paymentRule),
        };
        return runUpdate(connections, output, { name, change });
      }),
    );
};

interface UpdateFlags {
  readonly symbol?: string;
  readonly name?: string;
  readonly active?: 'on' | 'off';
  readonly paymentRule?: string;
  readonly json?: true;
}

/** Declares `delete`. */
export const addDelete: AddCommand = (program, run) => {
  program
    .command('delete')
    .description('Deletes a token with all its rows.')
    .argument('<token>', 'id, address or symbol')
    .option('--json', 'one JSON object on stdout')
    .action((name: string, { json }: { json?: true }) =>
      run.connected(json, (connections, output) => runDelete(connections, output, name)),
    );
};

/** `update`: changes symbol, name, visibility or payment rule of a token; another rule counts all weeks anew. */
export async function runUpdate(
  connections: Connections,
  output: Output,
  { name, change }: { name: string; change: UpdateToken },
): Promise<number> {
  for (const { _id } of await pickTokens(connections, [name])) {
    const token = await connections.tokens.updateToken(_id, change);
    const { symbol, isActive, paymentRule, epoch } = token;
    const facts = { id: _id, symbol, name: token.name, isActive, paymentRule, epoch };
    output.result(facts, `${symbol} (${token.name}), ${isActive ? 'active' : 'not active'}, at epoch ${epoch}`);
  }
  return 0;
}

/** `delete`: hides a token at once, then removes its rows; what a crash leaves, the next start of a gateway removes. */
export async function runDelete(connections: Connections, output: Output, name: string): Promise<number> {
  for (const { _id, symbol } of await pickTokens(connections, [name])) {
    const deleted = await connections.tokens.deleteToken(_id);
    await connections.tokens.runPurges();
    output.result({ id: _id, symbol, deleted }, `${symbol} and its rows are gone.`);
  }
  return 0;
}
