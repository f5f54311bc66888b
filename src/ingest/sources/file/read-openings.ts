import { zeroAddress } from '../../../models/address.js';
import { FieldProblem, parseAddress, parseUint256 } from './fields.js';
import { type OnBadRow, readChecked } from './read-checked.js';

/** Reads opening balances: address, balance_raw. A row of the zero address is skipped and told as a notice. */
export async function readOpenings(path: string, onBadRow: OnBadRow) {
  const given = new Map<string, { balance: bigint; where: string }>();
  const notices: string[] = [];
  const columns = [
    { name: 'address', aliases: ['account'], required: true },
    { name: 'balance_raw', aliases: ['balance'], required: true },
  ];
  await readChecked(path, {
    columns,
    onBadRow,
    take: ([addressText, balanceText], _line, where) => {
      const address = parseAddress('address', addressText);
      if (address === zeroAddress) {
        notices.push(`${where}: the zero address has no opening balance; the row is skipped.`);
        return;
      }
      const balance = parseUint256('balance_raw', balanceText);
      const earlier = given.get(address);
      if (earlier && earlier.balance !== balance) {
        throw new FieldProblem('balance_raw', `${earlier.balance} as in ${earlier.where}`, balanceText);
      }
      given.set(address, { balance, where });
    },
  });
  const balances = [...given].filter(([, { balance }]) => balance > 0n);
  return { balances: new Map(balances.map(([address, { balance }]) => [address, balance] as const)), notices };
}
