import mongoose from 'mongoose';
import { type CaseContext, describeConformance, errorOf } from './suite.js';

/** Runs work with a model of mongoose on a connection of its own. */
async function withModel<T>(
  { uri, db }: CaseContext,
  work: (model: ReturnType<typeof modelOf>) => Promise<T>,
): Promise<T> {
  const connection = await mongoose
    .createConnection(uri, { dbName: db.databaseName, autoIndex: false, autoCreate: false })
    .asPromise();
  try {
    return await work(modelOf(connection));
  } finally {
    await connection.close();
  }
}

function modelOf(connection: mongoose.Connection) {
  const schema = new mongoose.Schema(
    {
      symbol: { type: String, required: true },
      decimals: { type: Number, default: 18 },
      tags: [String],
      prices: [{ at: Date, value: String, _id: false }],
    },
    { timestamps: true },
  );
  schema.index({ symbol: 1 }, { unique: true });
  schema.index({ decimals: 1, symbol: -1 });
  return connection.model('Token', schema, 'rows');
}

describeConformance('Mongoose', [
  {
    title: 'save inserts with defaults and then sends only what changed',
    run: (context) =>
      withModel(context, async (Token) => {
        const token = await Token.create({ symbol: 'LSK' });
        token.tags.push('a', 'b');
        token.prices.push({ at: new Date(5), value: '1' });
        await token.save();
        token.set('tags', ['b']);
        token.decimals = 6;
        await token.save();
        const { symbol, decimals, tags, prices, __v } = (await Token.findById(token._id).lean()) as mongoose.AnyObject;
        return { symbol, decimals, tags, prices, version: __v };
      }),
    expected: { symbol: 'LSK', decimals: 6, tags: ['b'], prices: [{ at: new Date(5), value: '1' }], version: 2 },
  },
  {
    title: 'an old version of an array cannot overwrite a newer one',
    run: (context) =>
      withModel(context, async (Token) => {
        await Token.create({ symbol: 'LSK', tags: ['a', 'b'] });
        const [first, second] = [await Token.findOne(), await Token.findOne()];
        first?.set('tags', ['b']);
        await first?.save();
        second?.set('tags.1', 'c');
        const error = await second?.save().catch((problem: Error) => problem.name);
        return { error, tags: (await Token.findOne().lean())?.tags };
      }),
    expected: { error: 'VersionError', tags: ['b'] },
  },
  {
    title: 'syncIndexes makes the indexes of the schema and drops others',
    run: (context) =>
      withModel(context, async (Token) => {
        await Token.createCollection();
        await Token.collection.createIndex({ other: 1 });
        const dropped = await Token.syncIndexes();
        const again = await Token.syncIndexes();
        return { dropped, again, names: (await Token.listIndexes()).map(({ name }) => name).sort() };
      }),
    expected: { dropped: ['other_1'], again: [], names: ['_id_', 'decimals_1_symbol_-1', 'symbol_1'] },
  },
  {
    title: 'a duplicate is told with its key',
    run: (context) =>
      withModel(context, async (Token) => {
        await Token.syncIndexes();
        await Token.create({ symbol: 'LSK' });
        return errorOf(Token.create({ symbol: 'LSK' }), 'keyPattern', 'keyValue');
      }),
    expected: { code: 11000, keyPattern: { symbol: 1 }, keyValue: { symbol: 'LSK' } },
  },
  {
    title: 'findOneAndUpdate upserts with defaults of the schema',
    run: (context) =>
      withModel(context, async (Token) => {
        const token = await Token.findOneAndUpdate(
          { symbol: 'LSK' },
          { $addToSet: { tags: 'new' } },
          { upsert: true, returnDocument: 'after', setDefaultsOnInsert: true },
        ).lean();
        return {
          symbol: token?.symbol,
          decimals: token?.decimals,
          tags: token?.tags,
          dated: token?.createdAt instanceof Date,
        };
      }),
    expected: { symbol: 'LSK', decimals: 18, tags: ['new'], dated: true },
  },
  {
    title: 'bulkWrite, lean finds with a projection, exists and counts',
    run: (context) =>
      withModel(context, async (Token) => {
        await Token.syncIndexes();
        const upsert = (symbol: string) => ({
          updateOne: { filter: { symbol }, update: { $set: { decimals: symbol.length } }, upsert: true },
        });
        const { upsertedCount } = await Token.bulkWrite(['A', 'BB', 'CCC', 'A'].map(upsert));
        const rows = await Token.find({ symbol: { $in: ['A', 'CCC'] } }, { _id: 0, symbol: 1, decimals: 1 })
          .sort({ symbol: -1 })
          .lean();
        const exists = (await Token.exists({ symbol: 'BB' })) !== null;
        return { upsertedCount, rows, exists, count: await Token.countDocuments({ decimals: { $gte: 2 } }) };
      }),
    expected: {
      upsertedCount: 3,
      rows: [
        { symbol: 'CCC', decimals: 3 },
        { symbol: 'A', decimals: 1 },
      ],
      exists: true,
      count: 2,
    },
  },
  {
    title: 'a transaction of the connection commits all or nothing',
    run: (context) =>
      withModel(context, async (Token) => {
        await Token.createCollection();
        const failed = await Token.db
          .transaction(async (session) => {
            await Token.create([{ symbol: 'GONE' }], { session });
            throw new Error('no');
          })
          .catch((error: Error) => error.message);
        await Token.db.transaction(async (session) => {
          await Token.create([{ symbol: 'KEPT' }], { session });
          await Token.updateOne({ symbol: 'KEPT' }, { decimals: 2 }, { session });
        });
        return { failed, rows: await Token.find({}, { _id: 0, symbol: 1, decimals: 1 }).lean() };
      }),
    expected: { failed: 'no', rows: [{ symbol: 'KEPT', decimals: 2 }] },
  },
  {
    title: 'a cursor of a query goes through all documents',
    run: (context) =>
      withModel(context, async (Token) => {
        await Token.insertMany(Array.from({ length: 250 }, (_none, at) => ({ symbol: `T${at}`, decimals: at })));
        let sum = 0;
        for await (const { decimals } of Token.find().lean().cursor({ batchSize: 40 })) sum += decimals;
        return sum;
      }),
    expected: (249 * 250) / 2,
  },
]);
