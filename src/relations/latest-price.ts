import { dayMs } from '../models/calendar.js';
import { TokenPriceData } from '../models/token-price-data.js';
import { priceFields, type StoredPrice, toPriceRows } from './price-rows.js';
import { relation } from './relation.js';

/** The newest price. Commands: 1. */
export const latestPrice = relation({
  name: 'latestPrice',
  description: 'Newest price in USD; null where there is none.',
  type: TokenPriceData,
  normalize: () => ({}),
  tier: 'short',
  empty: null,
  load: async (tokens, _args, read) => {
    const fields = { _id: 0, ...Object.fromEntries(priceFields.map((field) => [field, 1 as const])) };
    const found = await read.aggregate<{ _id: string; latest: StoredPrice; before: StoredPrice[] }>('tokens', [
      { $match: { _id: { $in: tokens.map(({ id }) => id) } } },
      { $project: { _id: 1 } },
      {
        $lookup: {
          from: 'tokenPriceData',
          let: { id: '$_id' },
          pipeline: [
            { $match: { $expr: { $eq: ['$tokenId', '$$id'] } } },
            { $sort: { timestamp: -1 } },
            { $limit: 1 },
            { $project: fields },
          ],
          as: 'latest',
        },
      },
      { $unwind: '$latest' },
      {
        $lookup: {
          from: 'tokenPriceData',
          let: { id: '$_id', limit: { $subtract: ['$latest.timestamp', dayMs] } },
          pipeline: [
            { $match: { $expr: { $and: [{ $eq: ['$tokenId', '$$id'] }, { $lte: ['$timestamp', '$$limit'] }] } } },
            { $sort: { timestamp: -1 } },
            { $limit: 1 },
            { $project: fields },
          ],
          as: 'before',
        },
      },
    ]);
    const rows = new Map(found.map((row) => [row._id, row]));
    return tokens.flatMap((token) => {
      const row = rows.get(token.id);
      return row ? toPriceRows({ token, rows: [row.latest], earlier: row.before }) : [];
    });
  },
});
