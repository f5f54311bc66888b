import { createQueryLanguage } from '../../../src/embedded/query/index.js';
import { openStorage } from '../../../src/embedded/storage/index.js';

/**
 * A process of its own that writes: in each transaction it adds one to the shared counter and inserts one row with that number,
 * and prints the number once it is acknowledged. Ends after the given number of transactions.
 */
const [path, name, transactions] = process.argv.slice(2);
if (path === undefined || name === undefined) throw new Error('Usage: writer.ts DIRECTORY NAME TRANSACTIONS');
const storage = await openStorage({ path, language: createQueryLanguage() });
for (let done = 0; done < Number(transactions); done++) {
  const number = await storage.run((transaction) => {
    const counter = { ns: 'test.counters', filter: { _id: 'shared' }, update: { $inc: { n: 1 } } };
    const { after } = transaction.update({ ...counter, multi: false, upsert: true });
    transaction.insert('test.rows', { _id: after?.n, name });
    return Number(after?.n);
  });
  process.stdout.write(`${number}\n`);
}
await storage.close();
