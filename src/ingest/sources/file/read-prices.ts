import type { PriceInput } from '../../batch.js';
import { refuseDifferent } from '../../prices.js';
import { FieldProblem, isBlank, parseTime } from './fields.js';
import { type CheckedReading, readChecked } from './read-checked.js';

/** Reads prices: timestamp, price and volume in USD. Two different ones of an instant are a bad row; equal ones are one. */
export async function readPrices(path: string, { onBadRow, onRow }: Pick<CheckedReading, 'onBadRow' | 'onRow'>) {
  const prices = new Map<number, PriceInput>();
  let repeated = 0;
  const columns = [{ name: 'timestamp', required: true }, { name: 'price', required: true }, { name: 'volume' }];
  await readChecked(path, {
    columns,
    onBadRow,
    ...(onRow ? { onRow } : {}),
    take: ([time, price, volume], _line, where) => {
      const row = {
        timestamp: parseTime('timestamp', time),
        price: roundPrice(parseDecimal('price', price)),
        volume: isBlank(volume) ? '0' : tidy(parseDecimal('volume', volume)),
        where,
      };
      const earlier = prices.get(row.timestamp);
      if (!earlier) prices.set(row.timestamp, row);
      else {
        refuseDifferent(earlier, row);
        repeated += 1;
      }
    },
  });
  const inOrder = [...prices.values()].sort((a, b) => a.timestamp - b.timestamp);
  return { prices: inOrder, repeated };
}

/** A plain decimal, cut at its point. */
interface Decimal {
  readonly whole: string;
  readonly fraction: string;
}

function parseDecimal(column: string, text: string | undefined): Decimal {
  const match = text === undefined ? null : /^(\d{1,60})(?:\.(\d{1,60}))?$/.exec(text);
  if (match) return { whole: match[1] ?? '0', fraction: match[2] ?? '' };
  throw new FieldProblem(column, 'a plain decimal of 0 or more without exponent, such as 0.0543', text);
}

/** Rounded half away from zero to 8 places; prices are never negative, so that is half up. */
function roundPrice({ whole, fraction }: Decimal): string {
  const digits = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
  const units = digits + (Number(fraction[places] ?? '0') >= 5 ? 1n : 0n);
  const text = units.toString().padStart(places + 1, '0');
  return tidy({ whole: text.slice(0, -places), fraction: text.slice(-places) });
}

const places = 8;

/** Without zeros that say nothing. */
function tidy({ whole, fraction }: Decimal): string {
  const rest = fraction.replace(/0+$/, '');
  return `${BigInt(whole)}${rest === '' ? '' : `.${rest}`}`;
}
