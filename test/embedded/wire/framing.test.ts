import { serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { message, RawConnection, startServer } from './harness.js';

const { server, client } = await startServer();
const open = () => new RawConnection(server.socketPath);
const ping = { ping: 1, $db: 'admin' };

describe('framing', () => {
  it('answers a message that arrives byte by byte', async () => {
    const connection = open();
    for (const byte of message(ping)) connection.write(Uint8Array.of(byte));
    expect(await connection.reply()).toMatchObject({ ok: 1 });
    connection.destroy();
  });

  it('answers several messages of one packet in their order', async () => {
    const connection = open();
    connection.write(Buffer.concat([message(ping), message({ nothing: 1, $db: 'admin' }), message(ping)]));
    expect((await connection.reply()).ok).toBe(1);
    expect((await connection.reply()).code).toBe(59);
    expect((await connection.reply()).ok).toBe(1);
    connection.destroy();
  });

  it('answers the first hello in the old framing and refuses other commands there', async () => {
    const connection = open();
    connection.write(query({ isMaster: 1, helloOk: true }));
    const hello = await connection.reply();
    expect(hello).toMatchObject({ ok: 1, ismaster: true, helloOk: true, setName: 'embedded', me: server.socketPath });
    expect(hello.hosts).toEqual([server.socketPath]);
    expect(hello.topologyVersion).toBeUndefined();
    expect(hello.compression).toBeUndefined();
    connection.write(query({ ping: 1 }));
    expect((await connection.reply()).code).toBe(352);
    connection.destroy();
  });

  it('takes a checksum, and sends no reply when more is to come', async () => {
    const connection = open();
    connection.write(message(ping, { flags: 1, trailer: Buffer.alloc(4) }));
    expect((await connection.reply()).ok).toBe(1);
    connection.write(message({ nothing: 1, $db: 'admin' }, { flags: 2 }));
    expect((await connection.command(ping)).ok).toBe(1);
    connection.destroy();
  });

  const broken: Record<string, Buffer> = {
    'a negative length': lengthOf(-1),
    'a length of 0': lengthOf(0),
    'a length above 48 MB': lengthOf(48_000_001),
    'an unknown opcode': opcodeOf(2012),
    'an unknown required flag': message(ping, { flags: 4 }),
    'garbage after the body': message(ping, { trailer: Buffer.from([7, 7, 7]) }),
    'two bodies': message(ping, { trailer: Buffer.concat([Buffer.of(0), serialize({ a: 1 })]) }),
    'a sequence that reaches too far': message(ping, { trailer: Buffer.from([1, 255, 0, 0, 0, 97, 0]) }),
    'a sequence that repeats a field': message(ping, { trailer: sequence('ping', serialize({ a: 1 })) }),
    'a document whose inside is no BSON': garbled(),
    'an insert whose document is no BSON': insertOf((document) =>
      document.writeUInt8(0x77, document.indexOf('text') - 1),
    ),
    'an insert whose text is no UTF-8': insertOf((document) => document.writeUInt8(0xff, document.indexOf('value'))),
    'an HTTP request': Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  };
  it.each(Object.keys(broken))('closes a connection that sends %s, and serves the others on', async (name) => {
    const connection = open();
    connection.write(broken[name] ?? Buffer.alloc(0));
    await connection.closed;
    expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it('survives 400 messages with bytes changed at random', async () => {
    const valid = [
      message({ find: 'rows', filter: { a: { $gt: 5 } }, sort: { a: 1 }, limit: 5, $db: 'fuzz' }),
      message({ update: 'rows', updates: [{ q: { a: 1 }, u: { $inc: { b: 1 } }, upsert: true }], $db: 'fuzz' }),
      message({
        insert: 'rows',
        documents: [
          { a: 1, b: 'x' },
          { _id: 'c', d: null },
        ],
        $db: 'fuzz',
      }),
      message({ update: 'rows', updates: [{ q: { _id: 'c' }, u: { _id: 'c', a: 1 } }], $db: 'fuzz' }),
      message({ insert: 'rows', $db: 'fuzz' }, { trailer: sequence('documents', serialize({ a: 1, b: 'x' })) }),
      message({ aggregate: 'rows', pipeline: [{ $group: { _id: '$a' } }], cursor: {}, $db: 'fuzz' }),
    ];
    let seed = 7;
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >> 8) % limit;
    };
    for (let n = 0; n < 400; n += 1) {
      const bytes = Buffer.from(valid[n % valid.length] ?? []);
      for (let change = 0; change <= n % 3; change += 1) bytes[random(bytes.length)] = random(256);
      const connection = open();
      connection.end(bytes);
      await connection.closed;
    }
    expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it('carries on after a client that vanishes in the middle of a message', async () => {
    const connection = open();
    connection.write(message(ping).subarray(0, 20));
    connection.destroy();
    await connection.closed;
    expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it('takes field names such as __proto__ as data', async () => {
    const connection = open();
    const reply = await connection.command({ ping: 1, $db: 'admin', ['__proto__']: { polluted: true } });
    expect(reply.code).toBe(40415);
    expect(await connection.command({ constructor: 1, $db: 'admin' })).toMatchObject({ code: 59 });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    connection.destroy();
  });
});

function query(body: object): Buffer {
  const head = Buffer.alloc(16 + 4);
  const middle = Buffer.concat([Buffer.from('admin.$cmd\0'), Buffer.alloc(4), Buffer.from([255, 255, 255, 255])]);
  const document = serialize(body);
  head.writeInt32LE(head.length + middle.length + document.length, 0);
  head.writeInt32LE(2004, 12);
  return Buffer.concat([head, middle, document]);
}

function lengthOf(length: number): Buffer {
  const bytes = message(ping);
  bytes.writeInt32LE(length, 0);
  return bytes;
}

function opcodeOf(opcode: number): Buffer {
  const bytes = message(ping);
  bytes.writeInt32LE(opcode, 12);
  return bytes;
}

function sequence(name: string, document: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32LE(4 + name.length + 1 + document.length);
  return Buffer.concat([Buffer.of(1), size, Buffer.from(`${name}\0`), document]);
}

function insertOf(harm: (document: Buffer) => void): Buffer {
  const document = Buffer.from(serialize({ _id: 1, text: 'value' }));
  harm(document);
  return message({ insert: 'rows', $db: 'x' }, { trailer: sequence('documents', document) });
}

function garbled(): Buffer {
  const bytes = message({ ping: 'text', $db: 'admin' });
  bytes[25] = 0x77;
  return bytes;
}
