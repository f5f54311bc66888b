import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Abi, encodeDeployData, encodeFunctionData, type Hex, pad, parseAbi, toHex } from 'viem';
import type { Anvil, AnvilCall } from './anvil.js';

const artifact = join(
  import.meta.dirname,
  '../../node_modules/@openzeppelin/contracts/build/contracts/ERC20PresetMinterPauser.json',
);
const abi = parseAbi([
  'function mint(address to, uint256 amount)',
  'function burn(uint256 amount)',
  'function transfer(address to, uint256 amount) returns (bool)',
]);

/** A token of OpenZeppelin on a real chain. */
export interface AnvilToken {
  readonly address: string;
  readonly name: string;
  readonly symbol: string;
  /** Sends movements as transactions, `perBlock` of them in a block; the chain must not mine by itself. */
  play(movements: readonly Movement[], options?: { perBlock?: number }): Promise<void>;
  /** A movement as a signed-for transaction, for `anvil_reorg`. */
  toTransaction(movement: Movement): { from: string; to: string; data: Hex; gas: Hex };
}

/** From 0 is a mint, to 0 a burn; others are numbered wallets. */
export interface Movement {
  readonly from: number;
  readonly to: number;
  readonly value: bigint;
}

/** Address of a numbered wallet. */
export function anvilWallet(n: number): Hex {
  return pad(toHex(0xabc0000 + n), { size: 20 });
}

/** Deploys the token on a chain that mines only when told to. */
export async function deployToken(anvil: Anvil, { name = 'Anvil Coin', symbol = 'ANV' } = {}): Promise<AnvilToken> {
  const built = JSON.parse(await readFile(artifact, 'utf8')) as { abi: Abi; bytecode: Hex };
  const [owner] = await anvil.ask<string[]>('eth_accounts');
  if (!owner) throw new Error('anvil has no account');
  const data = encodeDeployData({ abi: built.abi, bytecode: built.bytecode, args: [name, symbol] });
  await anvil.batch([['anvil_autoImpersonateAccount', [true]]]);
  const hash = await anvil.ask<string>('eth_sendTransaction', [{ from: owner, data, gas: '0x4c4b40' }]);
  await anvil.mine();
  const receipt = await anvil.ask<{ contractAddress: string }>('eth_getTransactionReceipt', [hash]);
  const address = receipt.contractAddress.toLowerCase();

  const toTransaction: AnvilToken['toTransaction'] = ({ from, to, value }) => ({
    from: from === 0 ? owner : anvilWallet(from),
    to: address,
    data: dataOf({ from, to, value }),
    gas: '0x30d40',
  });
  return {
    address,
    name,
    symbol,
    toTransaction,
    play: async (movements, { perBlock = 10 } = {}) => {
      // A batch is worked on side by side: order within a block comes from nonces, order of blocks from one batch each.
      const nonces = new Map<string, number>();
      for (let at = 0; at < movements.length; at += perBlock) {
        const transactions = movements.slice(at, at + perBlock).map(toTransaction);
        const senders = [...new Set(transactions.map(({ from }) => from))];
        await fund(
          anvil,
          senders.filter((sender) => !nonces.has(sender)),
          nonces,
        );
        const calls = transactions.map((transaction): AnvilCall => {
          const nonce = nonces.get(transaction.from) ?? 0;
          nonces.set(transaction.from, nonce + 1);
          return ['eth_sendTransaction', [{ ...transaction, nonce: toHex(nonce) }]];
        });
        await anvil.batch(calls);
        await anvil.mine();
      }
    },
  };
}

/** Gives senders that are new ether to pay with, and finds out how many transactions they have sent. */
async function fund(anvil: Anvil, senders: readonly string[], nonces: Map<string, number>): Promise<void> {
  if (senders.length === 0) return;
  await anvil.batch(senders.map((sender) => ['anvil_setBalance', [sender, '0x3635c9adc5dea00000']]));
  const counts = await anvil.batch(senders.map((sender) => ['eth_getTransactionCount', [sender, 'latest']]));
  for (const [i, sender] of senders.entries()) nonces.set(sender, Number(counts[i]));
}

function dataOf({ from, to, value }: Movement): Hex {
  if (from === 0) return encodeFunctionData({ abi, functionName: 'mint', args: [anvilWallet(to), value] });
  if (to === 0) return encodeFunctionData({ abi, functionName: 'burn', args: [value] });
  return encodeFunctionData({ abi, functionName: 'transfer', args: [anvilWallet(to), value] });
}
