import { describe, expect, it, onTestFinished } from 'vitest';
import { openStorage } from '../../../src/embedded/storage/index.js';
import { language, openTestStorage, temporaryDirectory } from './harness.js';

describe('replies of retryable writes', () => {
  it('are durable with the write itself, and answer only the last number of a session', async () => {
    const path = temporaryDirectory();
    const storage = await openStorage({ path, language });
    const write = (number: bigint) =>
      storage.run((transaction) => {
        transaction.insert('test.rows', {});
        storage.replies.write(transaction, 'session', number, { n: 1, text: `reply ${number}` });
      });
    await write(1n);
    await write(2n ** 53n + 1n);
    await storage.close();
    const again = await openTestStorage(path);
    expect(again.replies.read('session', 2n ** 53n + 1n)).toEqual({ n: 1, text: 'reply 9007199254740993' });
    expect(again.replies.read('session', 2n ** 53n)).toBeUndefined();
    expect(again.replies.read('session', 1n)).toBeUndefined();
    expect(again.replies.read('other', 1n)).toBeUndefined();
    expect(again.stats('test.rows').count).toBe(2);
  });

  it('are gone with a transaction that aborts', async () => {
    const storage = await openTestStorage();
    const transaction = storage.begin({ multi: true });
    transaction.insert('test.rows', {});
    storage.replies.write(transaction, 'session', 1n, { ok: 1 });
    transaction.abort();
    expect(storage.replies.read('session', 1n)).toBeUndefined();
  });

  it('are forgotten half an hour after the session fell silent, so that they never pile up', async () => {
    let now = 1_000_000_000;
    const storage = await openStorage({ path: temporaryDirectory(), language, now: () => now });
    onTestFinished(() => storage.close());
    const write = (session: string) =>
      storage.run((transaction) => storage.replies.write(transaction, session, 1n, { ok: 1 }));
    await write('old');
    now += 29 * 60_000;
    await write('young');
    expect(storage.replies.read('old', 1n)).toEqual({ ok: 1 });
    now += 2 * 60_000;
    await write('new');
    expect(storage.replies.read('old', 1n)).toBeUndefined();
    expect(storage.replies.read('young', 1n)).toEqual({ ok: 1 });
  });
});
