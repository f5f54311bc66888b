import type { UpdateToken } from '../services/token-input.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';
import { pickTokens } from './pick-tokens.js';

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
