import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Collection,
  type CommandStartedEvent,
  type Db,
  type Document,
  MongoClient,
  MongoServerError,
} from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedServer } from '../../../src/embedded/server.js';
import { prepareOracle, startOracle } from '../../support/oracle.js';

/** Servers that the suite runs against. */
export type ServerName = 'embedded' | 'secantusdb' | 'TEST_MONGODB_URI';

/** What a case works with: an empty collection of its own. */
export interface CaseContext {
  readonly server: ServerName;
  readonly uri: string;
  readonly client: MongoClient;
  readonly db: Db;
  readonly coll: Collection<Document>;
  /** Another empty collection. */
  readonly other: Collection<Document>;
  /** A second client, as another process would be. */
  readonly rival: MongoClient;
  /** Commands that the first client has sent since the case began. */
  readonly sent: CommandStartedEvent[];
}

/** One promise with its written answer. */
export interface ConformanceCase {
  readonly title: string;
  readonly run: (context: CaseContext) => Promise<unknown>;
  readonly expected: unknown;
  /** Servers known to answer otherwise, each with its wrong answer, so that nothing is hidden. */
  readonly wrong?: Partial<Record<ServerName, { readonly answer: unknown; readonly because: string }>>;
  /** Servers for which the promise is made; all of them when left out. */
  readonly only?: readonly ServerName[];
}

/** Runs all cases against every server: the embedded one, secantusdb, and the one of TEST_MONGODB_URI when set. */
export function describeConformance(topic: string, cases: readonly ConformanceCase[]): void {
  for (const server of servers) {
    const promised = cases.filter(({ only }) => only === undefined || only.includes(server.name));
    if (promised.length === 0) continue;
    describe(`${topic} on ${server.name}`, () => {
      let running: { uri: string; stop: () => Promise<void> };
      let client: MongoClient;
      let rival: MongoClient;
      let sent: CommandStartedEvent[] = [];
      beforeAll(async () => {
        running = await server.start();
        client = await new MongoClient(running.uri, { monitorCommands: true }).connect();
        rival = await new MongoClient(running.uri).connect();
        client.on('commandStarted', (event) => sent.push(event));
      });
      afterAll(async () => {
        await client?.close();
        await rival?.close();
        await running?.stop();
      });
      for (const [at, one] of promised.entries()) {
        const deviation = one.wrong?.[server.name];
        it(deviation === undefined ? one.title : `${one.title} (known deviation: ${deviation.because})`, async () => {
          const db = client.db(`conformance_${process.pid}_${at}`);
          await db.dropDatabase();
          sent = [];
          const context = {
            server: server.name,
            uri: running.uri,
            client,
            rival,
            db,
            coll: db.collection('rows'),
            other: db.collection('others'),
          };
          const answer = await one.run({
            ...context,
            get sent() {
              return sent;
            },
          });
          await db.dropDatabase();
          if (deviation === undefined) expect(answer).toEqual(one.expected);
          else expect(answer).toEqual(deviation.answer);
        });
      }
    });
  }
  if ('reason' in oracle) {
    it('the second server is there in CI', () => {
      console.log(`SKIPPED ${topic} on secantusdb: ${oracle.reason}`);
      expect(process.env.CI, oracle.reason).toBeUndefined();
    });
  }
}

/** What a client sees of an error; `details` adds further fields. */
export async function errorOf(work: Promise<unknown>, ...details: string[]): Promise<unknown> {
  try {
    return { noError: await work };
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    const more = details.map((name) => [name, name === 'labels' ? [...error.errorLabels] : error[name]]);
    return { code: error.code, ...Object.fromEntries(more) };
  }
}

const oracle = await prepareOracle();
const external = process.env.TEST_MONGODB_URI;

const servers: { name: ServerName; start: () => Promise<{ uri: string; stop: () => Promise<void> }> }[] = [
  { name: 'embedded', start: startEmbedded },
  ...('reason' in oracle ? [] : [{ name: 'secantusdb' as const, start: startOracle }]),
  ...(external
    ? [{ name: 'TEST_MONGODB_URI' as const, start: async () => ({ uri: external, stop: async () => {} }) }]
    : []),
];

async function startEmbedded(): Promise<{ uri: string; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
  const server = await createEmbeddedServer({ dataDir });
  return {
    uri: server.uri,
    stop: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
