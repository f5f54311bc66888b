import { Double, deserialize, Int32, Long, ObjectId, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { findAll, insertAll, openTestStorage } from './harness.js';

const ns = 'test.rows';

describe('stored documents', () => {
  it('come back byte for byte, with _id first, and with the types of numbers that an update leaves alone', async () => {
    const storage = await openTestStorage();
    const document = { _id: 1, whole: new Double(1), long: Long.fromNumber(5), nested: { whole: new Double(2) }, n: 1 };
    const raw = serialize(document);
    await storage.run((statement) => statement.insert(ns, raw));
    const bytes = () => {
      const reader = storage.begin({ multi: false });
      const [first] = [...(reader.find({ ns }).raw?.() ?? [])];
      reader.abort();
      return Buffer.from(first ?? []);
    };
    expect(bytes().equals(Buffer.from(raw))).toBe(true);
    await storage.run((statement) =>
      statement.update({ ns, filter: {}, update: { $set: { n: 2 } }, multi: false, upsert: false }),
    );
    expect(bytes().equals(Buffer.from(serialize({ ...document, n: 2 })))).toBe(true);
    const late = serialize({ text: 'é', whole: new Double(1), list: [/a/g, new Date(1)], _id: 7 });
    const bare = serialize({ whole: new Double(1), list: [] });
    await storage.run((statement) => {
      statement.insert('test.raw', late);
      statement.insert('test.raw', bare);
    });
    const reader = storage.begin({ multi: false });
    const stored = [...(reader.find({ ns: 'test.raw' }).raw?.() ?? [])].map((one) =>
      deserialize(one, { promoteValues: false }),
    );
    reader.abort();
    expect(Object.keys(stored[0] ?? {})).toEqual(['_id', 'text', 'whole', 'list']);
    expect(stored[0]).toMatchObject({ _id: new Int32(7), text: 'é', whole: new Double(1) });
    expect(Object.keys(stored[1] ?? {})).toEqual(['_id', 'whole', 'list']);
    expect(stored[1]).toMatchObject({ _id: expect.any(ObjectId), whole: new Double(1), list: [] });
    await insertAll(storage, 'test.late', [{ a: 1, _id: 7 }]);
    expect(Object.keys(findAll(storage, { ns: 'test.late' })[0] ?? {})).toEqual(['_id', 'a']);
  });

  it('put in place of another by its _id leave a number of the same value the type that it is stored in', async () => {
    const storage = await openTestStorage();
    const raw = serialize({ _id: 'a', n: new Double(1) });
    await storage.run((statement) => statement.insert(ns, raw));
    const update = { _id: 'a', n: 1, more: true };
    const request = { ns, filter: { _id: 'a' }, update, multi: false, upsert: false };
    expect(await storage.run((statement) => statement.update(request))).toMatchObject({ matched: 1, modified: 1 });
    const reader = storage.begin({ multi: false });
    const [stored = new Uint8Array()] = [...(reader.find({ ns }).raw?.() ?? [])];
    reader.abort();
    expect(Buffer.from(stored).equals(Buffer.from(serialize({ ...update, n: new Double(1) })))).toBe(true);
  });

  it('may not pass 16 MB', async () => {
    const storage = await openTestStorage();
    await expect(insertAll(storage, ns, [{ text: 'x'.repeat(17 << 20) }])).rejects.toMatchObject({ code: 10334 });
  });
});
