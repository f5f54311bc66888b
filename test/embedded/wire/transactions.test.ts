import mongoose from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { RawConnection, serverError, startServer } from './harness.js';

const { Binary, Long } = mongoose.mongo;
const { server, client } = await startServer();
const db = client.db('transactions');
const accounts = db.collection<{ _id: string; balance: number }>('accounts');

beforeEach(async () => {
  await accounts.deleteMany({});
  await accounts.insertMany([
    { _id: 'a', balance: 10 },
    { _id: 'b', balance: 20 },
  ]);
});

const balances = async () => Object.fromEntries((await accounts.find().toArray()).map((row) => [row._id, row.balance]));

describe('transactions', () => {
  it('show nothing outside before the commit, and all of it afterwards', async () => {
    const session = client.startSession();
    session.startTransaction();
    await accounts.updateOne({ _id: 'a' }, { $inc: { balance: -5 } }, { session });
    await accounts.insertOne({ _id: 'c', balance: 5 }, { session });
    expect(await accounts.findOne({ _id: 'a' }, { session })).toEqual({ _id: 'a', balance: 5 });
    expect(await balances()).toEqual({ a: 10, b: 20 });
    await session.commitTransaction();
    expect(await balances()).toEqual({ a: 5, b: 20, c: 5 });
    await session.commitTransaction();
    expect(await balances()).toEqual({ a: 5, b: 20, c: 5 });
    await session.endSession();
  });

  it('leave nothing behind when aborted', async () => {
    const session = client.startSession();
    session.startTransaction();
    await accounts.deleteMany({}, { session });
    await session.abortTransaction();
    await session.endSession();
    expect(await balances()).toEqual({ a: 10, b: 20 });
  });

  it('repeat their reads while others write', async () => {
    const session = client.startSession();
    session.startTransaction();
    expect(await accounts.countDocuments({}, { session })).toBe(2);
    await accounts.insertOne({ _id: 'c', balance: 1 });
    expect(await accounts.countDocuments({}, { session })).toBe(2);
    expect(await accounts.distinct('balance', {}, { session })).toEqual([10, 20]);
    await session.commitTransaction();
    await session.endSession();
    expect(await accounts.countDocuments({})).toBe(3);
  });

  it('fail at once with a transient WriteConflict against a document another one writes', async () => {
    const first = client.startSession();
    const second = client.startSession();
    first.startTransaction();
    second.startTransaction();
    await accounts.updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session: first });
    const error = await serverError(accounts.updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session: second }));
    expect(error.code).toBe(112);
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
    const later = await serverError(accounts.findOne({ _id: 'b' }, { session: second }));
    expect(later.code).toBe(251);
    expect(later.hasErrorLabel('TransientTransactionError')).toBe(true);
    await second.abortTransaction();
    await first.commitTransaction();
    expect(await balances()).toEqual({ a: 11, b: 20 });
    await Promise.all([first.endSession(), second.endSession()]);
  });

  it('add up when withTransaction retries the conflicts of eight at once', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () =>
        client.withSession((session) =>
          session.withTransaction(async () => {
            const row = await accounts.findOne({ _id: 'a' }, { session });
            await accounts.updateOne({ _id: 'a' }, { $set: { balance: (row?.balance ?? 0) + 1 } }, { session });
          }),
        ),
      ),
    );
    expect(await balances()).toEqual({ a: 18, b: 20 });
  });

  it('make a plain write wait for them instead of failing', async () => {
    const session = client.startSession();
    session.startTransaction();
    await accounts.updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session });
    const order: string[] = [];
    const plain = accounts.updateOne({ _id: 'a' }, { $inc: { balance: 1 } }).then(() => order.push('plain'));
    await accounts.findOne({ _id: 'a' });
    await accounts.findOne({ _id: 'a' });
    order.push('commit');
    await session.commitTransaction();
    await plain;
    await session.endSession();
    expect(order).toEqual(['commit', 'plain']);
    expect(await balances()).toEqual({ a: 12, b: 20 });
  });

  it('end with a failed command: a duplicate key aborts, and the next command says 251', async () => {
    const session = client.startSession();
    session.startTransaction();
    await accounts.insertOne({ _id: 'c', balance: 1 }, { session });
    expect((await serverError(accounts.insertOne({ _id: 'a', balance: 1 }, { session }))).code).toBe(11000);
    expect((await serverError(accounts.findOne({}, { session }))).code).toBe(251);
    await session.abortTransaction();
    await session.endSession();
    expect(await balances()).toEqual({ a: 10, b: 20 });
  });

  it('refuse commands that MongoDB refuses there', async () => {
    const session = client.startSession();
    session.startTransaction();
    expect((await serverError(db.command({ count: 'accounts' }, { session }))).code).toBe(263);
    await session.abortTransaction();
    await session.endSession();
  });

  it('end with their session', async () => {
    const connection = new RawConnection(server.socketPath);
    const lsid = { id: new Binary(Buffer.alloc(16, 7), 4) };
    const head = { lsid, txnNumber: Long.fromNumber(1), autocommit: false, $db: 'transactions' };
    const insert = { insert: 'accounts', documents: [{ _id: 'lost', balance: 1 }] };
    expect(await connection.command({ ...insert, ...head, startTransaction: true })).toMatchObject({ ok: 1, n: 1 });
    expect(await connection.command({ endSessions: [lsid], $db: 'admin' })).toMatchObject({ ok: 1 });
    expect(await connection.command({ commitTransaction: 1, ...head, $db: 'admin' })).toMatchObject({
      ok: 0,
      code: 251,
    });
    expect(await balances()).toEqual({ a: 10, b: 20 });
    connection.destroy();
  });

  it('are given up when their client goes away, so that others need not wait', async () => {
    const connection = new RawConnection(server.socketPath);
    const lsid = { id: new Binary(Buffer.alloc(16, 9), 4) };
    const head = {
      lsid,
      txnNumber: Long.fromNumber(1),
      autocommit: false,
      startTransaction: true,
      $db: 'transactions',
    };
    const update = { update: 'accounts', updates: [{ q: { _id: 'a' }, u: { $set: { balance: 0 } } }] };
    expect(await connection.command({ ...update, ...head })).toMatchObject({ ok: 1, n: 1 });
    connection.destroy();
    await accounts.updateOne({ _id: 'a' }, { $inc: { balance: 1 } });
    expect(await balances()).toEqual({ a: 11, b: 20 });
  });

  it('tell by code what is wrong with their numbers', async () => {
    const connection = new RawConnection(server.socketPath);
    const lsid = { id: new Binary(Buffer.alloc(16, 8), 4) };
    const txn = (number: number) => ({
      lsid,
      txnNumber: Long.fromNumber(number),
      autocommit: false,
      $db: 'transactions',
    });
    const find = { find: 'accounts' };
    const commit = { commitTransaction: 1 };
    const admin = { $db: 'admin' };
    expect(await connection.command({ ...find, ...txn(1) })).toMatchObject({ code: 251 });
    expect(await connection.command({ ...find, ...txn(5), startTransaction: true })).toMatchObject({ ok: 1 });
    expect(await connection.command({ ...find, ...txn(5), startTransaction: true })).toMatchObject({ code: 117 });
    expect(await connection.command({ ...find, ...txn(4) })).toMatchObject({ code: 225 });
    expect(await connection.command({ ...find, ...txn(6), startTransaction: true })).toMatchObject({ ok: 1 });
    expect(await connection.command({ ...commit, ...txn(6), ...admin })).toMatchObject({ ok: 1 });
    expect(await connection.command({ ...find, ...txn(6) })).toMatchObject({ code: 256 });
    expect(await connection.command({ abortTransaction: 1, ...txn(6), ...admin })).toMatchObject({ code: 256 });
    expect(await connection.command({ ...commit, ...txn(7), ...admin })).toMatchObject({ code: 251 });
    connection.destroy();
  });
});

describe('retryable writes', () => {
  const lsid = { id: new Binary(Buffer.alloc(16, 3), 4) };
  const numbered = (number: number) => ({ lsid, txnNumber: Long.fromNumber(number), $db: 'transactions' });

  it('are numbered by the driver and applied once however often they are sent', async () => {
    const connection = new RawConnection(server.socketPath);
    const update = { update: 'accounts', updates: [{ q: { _id: 'a' }, u: { $inc: { balance: 1 } } }] };
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await connection.command({ ...update, ...numbered(1) })).toMatchObject({ ok: 1, n: 1, nModified: 1 });
    }
    expect(await balances()).toEqual({ a: 11, b: 20 });
    const change = { findAndModify: 'accounts', query: { _id: 'b' }, update: { $inc: { balance: 1 } }, new: true };
    for (let sent = 0; sent < 3; sent += 1) {
      expect((await connection.command({ ...change, ...numbered(2) })).value).toEqual({ _id: 'b', balance: 21 });
    }
    expect(await connection.command({ ...update, ...numbered(1) })).toMatchObject({ code: 225 });
    connection.destroy();
  });

  it('wait for their original when the resend overtakes its reply', async () => {
    const update = { update: 'accounts', updates: [{ q: { _id: 'a' }, u: { $inc: { balance: 1 } } }] };
    const connections = Array.from({ length: 4 }, () => new RawConnection(server.socketPath));
    const session = client.startSession();
    session.startTransaction();
    await accounts.updateOne({ _id: 'a' }, { $set: { balance: 10 } }, { session });
    await accounts.updateOne({ _id: 'a' }, { $set: { balance: 20 } }, { session });
    // All four wait for the transaction: the first for the document, the others for the first.
    const waiting = Promise.all(connections.map((one) => one.command({ ...update, ...numbered(7) })));
    await Promise.all(connections.map(() => accounts.findOne({ _id: 'b' })));
    await session.commitTransaction();
    await session.endSession();
    for (const reply of await waiting) expect(reply).toMatchObject({ ok: 1, n: 1, nModified: 1 });
    expect(await balances()).toEqual({ a: 21, b: 20 });
    for (const connection of connections) connection.destroy();
  });

  it('give upserts and errors of a resend as they were, over several commits of one command', async () => {
    const connection = new RawConnection(server.socketPath);
    const updates = Array.from({ length: 2_500 }, (_, n) => ({
      q: { _id: `n${n}` },
      u: { $inc: { balance: 1 } },
      upsert: true,
    }));
    const command = { update: 'accounts', updates, ordered: false, ...numbered(8) };
    const first = await connection.command(command);
    const again = await connection.command(command);
    expect(first).toMatchObject({ n: 2_500, nModified: 0 });
    expect(again.upserted).toEqual(first.upserted);
    expect(again.upserted).toHaveLength(2_500);
    expect(await accounts.countDocuments({ balance: 1 })).toBe(2_500);
    connection.destroy();
  });

  it('refuse a number on commands that cannot be repeated', async () => {
    const connection = new RawConnection(server.socketPath);
    expect(await connection.command({ find: 'accounts', ...numbered(20) })).toMatchObject({ code: 50768 });
    connection.destroy();
  });

  it('are what the driver sends here: a single write carries a number', async () => {
    const numbers: unknown[] = [];
    const note = (event: { commandName: string; command: { txnNumber?: unknown } }) => {
      if (event.commandName === 'update') numbers.push(event.command.txnNumber);
    };
    client.on('commandStarted', note);
    await accounts.updateOne({ _id: 'a' }, { $inc: { balance: 1 } });
    client.off('commandStarted', note);
    expect(numbers).toHaveLength(1);
    expect(numbers[0]).toBeDefined();
  });
});

describe('cluster time', () => {
  it('never goes back and moves on with every write', async () => {
    const connection = new RawConnection(server.socketPath);
    let last = 0n;
    for (let n = 0; n < 20; n += 1) {
      const reply = await connection.command({ insert: 'clock', documents: [{ n }], $db: 'transactions' });
      expect(reply.operationTime).toEqual(reply.$clusterTime.clusterTime);
      expect(reply.$clusterTime.signature).toMatchObject({ keyId: 0 });
      const time = reply.operationTime.toBigInt();
      expect(time > last).toBe(true);
      last = time;
    }
    connection.destroy();
  });

  it('follows a later time that a client brings, but not one a year ahead', async () => {
    const connection = new RawConnection(server.socketPath);
    const soon = new mongoose.mongo.Timestamp({ t: Math.floor(Date.now() / 1000) + 100, i: 1 });
    const ahead = await connection.command({ ping: 1, $db: 'admin', $clusterTime: { clusterTime: soon } });
    expect(ahead.operationTime.t).toBe(soon.t);
    const mad = new mongoose.mongo.Timestamp({ t: 0xffffffff, i: 1 });
    const sane = await connection.command({ ping: 1, $db: 'admin', $clusterTime: { clusterTime: mad } });
    expect(sane.operationTime.t).toBe(soon.t);
    connection.destroy();
  });
});
