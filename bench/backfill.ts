import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import 'reflect-metadata';
import { readConfig } from '../src/config.js';
import { createDatabase, type Database } from '../src/database.js';
import { auditToken } from '../src/ingest/audit.js';
import { storeFolder } from '../src/main/open-database.js';
import { createTokenDataService } from '../src/services/token-data-service.js';
import { build, startProgram } from '../test/support/program.js';
import { startRpcDouble } from '../test/support/rpc-double.js';
import { createChain, defaultTokens } from '../test/support/rpc-double-chain.js';

/**
 * Measures a backfill from a node over HTTP, by the gateway and by `sync` of the command line, and then the gateway following the head:
 * `npx tsx bench/backfill.ts --transfers 100000 [--check sampled] [--blocks 0] [--reader sync]`.
 * Node, reader and this script are processes of their own; what is measured is what a user starts. Prints one line of JSON a reader:
 * transfers a second from the first call of the node on, highest RssAnon of the process that reads, calls of the node, and the
 * milliseconds from a new block to the first GraphQL answer that contains it.
 */
const { values } = parseArgs({
  options: {
    transfers: { type: 'string', default: '100000' },
    'per-block': { type: 'string', default: '5' },
    check: { type: 'string', default: 'full' },
    blocks: { type: 'string', default: '100' },
    reader: { type: 'string', default: 'gateway,sync' },
    serve: { type: 'boolean', default: false },
  },
});
/** A backfill of a million transfers takes minutes; none takes ten. */
const patienceMs = 600_000;
const [token] = defaultTokens;
const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };
const perBlock = Number(values['per-block']);
const blocks = Math.ceil(Number(values.transfers) / perBlock);

if (values.serve) await serve();
else for (const reader of values.reader.split(',')) await measure(reader as Reader);

/** The node: mines when it is told to, and tells what it was asked. */
async function serve(): Promise<void> {
  const chain = createChain({
    seed: 1,
    tokens: [token],
    density: 100,
    busy: 2 * perBlock - 1,
    wallets: 5_000,
    finality: 200,
    genesis: Math.floor(Date.now() / 1_000) - 2 * blocks,
  });
  chain.mine(blocks);
  const node = await startRpcDouble({ chain, maxRange: 10_000, maxLogs: 20_000 });
  let firstCall: number | null = null;
  node.before(() => {
    firstCall = Date.now();
    return true;
  });
  process.on('message', (message) => {
    if (message === 'mine') chain.mine(1);
    const { calls, requests } = node;
    process.send?.({ head: chain.head.number, calls: Object.fromEntries(calls), requests, firstCall });
  });
  process.send?.(node.url);
}

type Reader = 'gateway' | 'sync';

/** What the node says of itself. */
interface Served {
  readonly head: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Milliseconds of the clock that all processes share. */
  readonly firstCall: number | null;
}

async function measure(reader: Reader): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-backfill-'));
  const node = fork(import.meta.filename, [...process.argv.slice(2), '--serve']);
  const [url] = (await once(node, 'message')) as [string];
  const ask = async (what: 'mine' | 'status'): Promise<Served> => {
    node.send(what);
    const [answer] = await once(node, 'message');
    return answer as Served;
  };
  const environment = { DATA_DIR: folder, CHAIN_ID: '31337', RPC_URL: url, RPC_CHECK: values.check, DEMO: 'off' };
  try {
    const { head } = await ask('status');
    const tokenId = await addToken(environment);
    const given = { environment, tokenId, head, ask };
    const { endedAt, rssAnonMb, ...rest } = reader === 'sync' ? await runSync(given) : await runGateway(given);
    const { calls, requests, firstCall } = await ask('status');
    const seconds = (endedAt - (firstCall ?? endedAt)) / 1_000;
    const { rows, differences } = await look(environment, tokenId);
    const transfersPerSecond = Math.round(rows / seconds);
    const numbers = { transfers: rows, blocks: head, seconds, transfersPerSecond, rssAnonMb, ...rest };
    process.stdout.write(
      `${JSON.stringify({ reader, check: values.check, ...numbers, calls, requests, differences })}\n`,
    );
  } finally {
    node.kill();
    rmSync(folder, { recursive: true });
  }
}

type Environment = Readonly<Record<string, string>>;

/** What a reader is given. */
interface Given {
  readonly environment: Environment;
  readonly tokenId: string;
  readonly head: number;
  readonly ask: (what: 'mine' | 'status') => Promise<Served>;
}

/** When the reader was at the head, and the most memory that it had until then. */
interface Read {
  readonly endedAt: number;
  readonly rssAnonMb: number;
  readonly followMs?: Readonly<Record<string, number>> | undefined;
}

async function addToken(environment: Environment): Promise<string> {
  return await withDatabase(environment, async (database) => {
    const { name, symbol, address: contractAddress } = token;
    const service = createTokenDataService({ database, publisher, chainId: 31_337 });
    return (await service.createToken({ name, symbol, contractAddress, decimals: 18 }))._id;
  });
}

/** Number of rows, and what the audit finds wrong with them. */
async function look(environment: Environment, tokenId: string) {
  return await withDatabase(environment, async (database) => ({
    rows: await database.models.transactionActivity.countDocuments({ tokenId }),
    differences: (await auditToken(database, tokenId))?.differences.length,
  }));
}

async function withDatabase<T>(environment: Environment, work: (database: Database) => Promise<T>): Promise<T> {
  const config = readConfig(environment);
  const database = await createDatabase({ config: { ...config.database, dataDir: storeFolder(config) } });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function runSync({ environment, tokenId }: Given): Promise<Read> {
  build();
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['dist/cli/main.js', 'sync', tokenId], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const memory = watchMemory(child.pid);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`sync ended with ${code}`);
  return { endedAt: Date.now(), rssAnonMb: memory.stop() };
}

async function runGateway({ environment, tokenId, head, ask }: Given): Promise<Read> {
  const gateway = await startProgram({ environment });
  const memory = watchMemory(gateway.child.pid);
  const until = async (block: number, everyMs: number): Promise<number> => {
    const givenUp = Date.now() + patienceMs;
    for (;;) {
      const { data } = await gateway.ask('query($id: ID!) { token(id: $id) { freshness { asOfBlock } } }', {
        variables: { id: tokenId },
      });
      const found = data?.token as { freshness: { asOfBlock: string | null } } | undefined;
      if (Number(found?.freshness.asOfBlock ?? -1) >= block) return Date.now();
      if (gateway.child.exitCode !== null || Date.now() > givenUp)
        throw new Error(`Block ${block} does not come:\n${gateway.log}`);
      await pause(everyMs);
    }
  };
  try {
    const endedAt = await until(head, 50);
    const rssAnonMb = memory.stop();
    const taken: number[] = [];
    for (let i = 0; i < Number(values.blocks); i += 1) {
      // Blocks come at any time of a poll.
      await pause(Math.random() * 1_000);
      const mined = await ask('mine');
      const minedAt = Date.now();
      taken.push((await until(mined.head, 5)) - minedAt);
    }
    return { endedAt, rssAnonMb, followMs: taken.length > 0 ? sharesOf(taken) : undefined };
  } finally {
    memory.stop();
    await gateway.stop();
    process.stderr.write(gateway.log);
  }
}

function sharesOf(taken: number[]) {
  taken.sort((a, b) => a - b);
  const at = (share: number): number => taken[Math.ceil(taken.length * share) - 1] ?? Number.NaN;
  return { blocks: taken.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** Notes the highest memory of a process until it is stopped. */
function watchMemory(pid: number | undefined) {
  let highest = 0;
  const timer = setInterval(() => {
    highest = Math.max(highest, rssAnonMb(pid));
  }, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return highest;
    },
  };
}

/** Anonymous memory; 0 where the system does not tell. */
function rssAnonMb(pid: number | undefined): number {
  try {
    return Math.round(Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}
