import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, deserialize, serialize } from 'bson';
import mongoose from 'mongoose';
import { afterAll } from 'vitest';
import { createEmbeddedServer, type EmbeddedServer } from '../../../src/embedded/server.js';

const { MongoClient, MongoServerError } = mongoose.mongo;
type Client = InstanceType<typeof MongoClient>;

/** What a test file opened, wherever it did: closed at its end, the last first. */
const closers: Array<() => Promise<unknown>> = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** A data directory that goes away with the test file. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wire-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A server in a directory of its own and a driver connected to it, both closed after the file. */
export async function startServer(
  options: { port?: number } = {},
): Promise<{ server: EmbeddedServer; client: Client }> {
  const server = await createEmbeddedServer({ dataDir: await temporaryDirectory(), ...options });
  closers.push(() => server.close());
  const client = new MongoClient(server.uri, { monitorCommands: true });
  closers.push(() => client.close());
  await client.connect();
  return { server, client };
}

/** The server error that a promise ends with; a success is a failure of the test. */
export async function serverError(work: Promise<unknown>): Promise<InstanceType<typeof MongoServerError>> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MongoServerError) return error;
    throw error;
  }
  throw new Error('A server error was expected, the command succeeded.');
}

/** A bare socket that speaks OP_MSG, for what a driver never sends. */
export class RawConnection {
  private received: Buffer = Buffer.alloc(0);
  private readonly socket: Socket;
  readonly closed: Promise<void>;

  constructor(socketPath: string) {
    this.socket = connect(socketPath);
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on('error', () => this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Writes the last bytes and says so; the server then ends the connection. */
  end(bytes: Uint8Array): void {
    this.socket.end(bytes);
    this.socket.resume();
  }

  /** Stops taking replies, as a client does that has no time to read. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** The next whole reply's document. */
  async reply(): Promise<Document> {
    while (this.received.length < 4 || this.received.length < this.received.readInt32LE(0)) {
      await new Promise<void>((resolve, reject) => {
        this.socket.once('data', () => resolve());
        void this.closed.then(() => reject(new Error('The server closed the connection before it replied.')));
      });
    }
    const length = this.received.readInt32LE(0);
    const message = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    return deserialize(message.subarray(message.readInt32LE(12) === 1 ? 36 : 21));
  }

  async command(body: Document): Promise<Document> {
    this.write(message(body));
    return this.reply();
  }
}

/** Bytes of an OP_MSG with one body section. */
export function message(body: Document, options: { flags?: number; trailer?: Buffer } = {}): Buffer {
  const { flags = 0, trailer = Buffer.alloc(0) } = options;
  const document = serialize(body);
  const head = Buffer.alloc(21);
  head.writeInt32LE(21 + document.length + trailer.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(2013, 12);
  head.writeUInt32LE(flags, 16);
  return Buffer.concat([head, document, trailer]);
}
