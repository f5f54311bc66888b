import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import 'reflect-metadata';
import { readConfig } from '../src/config.js';
import { createDatabase } from '../src/database.js';
import { auditToken } from '../src/ingest/audit.js';
import { createTokenDataService } from '../src/services/token-data-service.js';
import { startProgram } from '../test/support/program.js';
import { startRpcDouble } from '../test/support/rpc-double.js';
import { createChain, defaultTokens } from '../test/support/rpc-double-chain.js';

/**
 * Measures a backfill from a node over HTTP, then following its head: `npx tsx bench/backfill.ts --transfers 100000 [--check sampled]`.
 * Node, reader and this script are processes of their own. Prints one line of JSON: transfers a second, highest RssAnon of the process that
 * reads, calls of the node, and the milliseconds from a new block to the first GraphQL answer that contains it.
 */
const { values } = parseArgs({
  options: {
    transfers: { type: 'string', default: '100000' },
    'per-block': { type: 'string', default: '5' },
    check: { type: 'string', default: 'full' },
    blocks: { type: 'string', default: '20' },
    serve: { type: 'boolean', default: false },
  },
});
const [token] = defaultTokens;
const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };
const perBlock = Number(values['per-block']);
const blocks = Math.ceil(Number(values.transfers) / perBlock);

if (values.serve) await serve();
else await measure();

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
  process.on('message', (message) => {
    if (message === 'mine') chain.mine(1);
    process.send?.({ head: chain.head.number, calls: Object.fromEntries(node.calls), requests: node.requests });
  });
  process.send?.(node.url);
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-backfill-'));
  const node = fork(import.meta.filename, [...process.argv.slice(2), '--serve']);
  const [url] = (await once(node, 'message')) as [string];
  const ask = async (what: string) => {
    node.send(what);
    const [answer] = await once(node, 'message');
    return answer as { head: number; calls: Record<string, number>; requests: number };
  };
  const environment = {
    DATA_DIR: folder,
    CHAIN_ID: '31337',
    RPC_URL: url,
    RPC_CHECK: String(values.check),
    DEMO: 'off',
  };
  const settings = readConfig(environment).database;
  const database = await createDatabase({ config: settings });
  const service = createTokenDataService({ database, publisher, chainId: 31_337 });
  const { name, symbol, address: contractAddress } = token;
  const { _id: tokenId } = await service.createToken({ name, symbol, contractAddress, decimals: 18 });

  const { head } = await ask('status');
  const backfill = await readAll({ environment, tokenId, url, head });
  const { calls, requests } = await ask('status');
  const audit = await auditToken(database, tokenId);
  const rows = await database.models.transactionActivity.countDocuments({ tokenId });
  await database.close();
  const follow =
    Number(values.blocks) > 0 ? await followHead({ environment, tokenId, mine: () => ask('mine') }) : undefined;
  node.kill();
  rmSync(folder, { recursive: true });
  process.stdout.write(
    `${JSON.stringify({
      transfers: rows,
      blocks: head,
      check: values.check,
      seconds: Number(backfill.seconds.toFixed(1)),
      transfersPerSecond: Math.round(rows / backfill.seconds),
      rssAnonMb: backfill.rssAnonMb,
      calls,
      requests,
      differences: audit?.differences.length,
      followMs: follow,
    })}\n`,
  );
}

/** A process that does nothing but read, from the moment at which it begins. */
async function readAll({ environment, tokenId, url, head }: Reading) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../test/chain/sync-child.mjs')], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const startedAt = performance.now();
  child.stdin.write(JSON.stringify({ tokenId, url }));
  let highest = 0;
  const watch = setInterval(() => {
    highest = Math.max(highest, rssAnonMb(child.pid));
  }, 100);
  for await (const chunk of child.stdout) {
    const line = String(chunk);
    if (line.includes(`current ${head}`)) break;
    process.stderr.write(line);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  clearInterval(watch);
  child.kill('SIGKILL');
  return { seconds, rssAnonMb: highest };
}

interface Reading {
  readonly environment: Readonly<Record<string, string>>;
  readonly tokenId: string;
  readonly url: string;
  readonly head: number;
}

/** From a block to the first answer that contains it, as a client sees it. */
async function followHead({ environment, tokenId, mine }: Following) {
  const gateway = await startProgram({ environment });
  const asOfBlock = async (): Promise<number> => {
    const { data } = await gateway.ask('query($id: ID!) { token(id: $id) { freshness { asOfBlock } } }', {
      variables: { id: tokenId },
    });
    const found = data?.token as { freshness: { asOfBlock: string | null } } | undefined;
    return Number(found?.freshness.asOfBlock ?? -1);
  };
  const taken: number[] = [];
  for (let i = 0; i < Number(values.blocks) + 1; i += 1) {
    const { head } = await mine();
    const minedAt = performance.now();
    while ((await asOfBlock()) < head) {
      if (performance.now() - minedAt > 60_000)
        throw new Error(`Block ${head} is not there after a minute:\n${gateway.log}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // The first one waits for the lease of the process before.
    if (i > 0) taken.push(performance.now() - minedAt);
  }
  await gateway.stop();
  taken.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? 0);
  return { median: at(0.5), p90: at(0.9), most: at(1) };
}

interface Following {
  readonly environment: Readonly<Record<string, string>>;
  readonly tokenId: string;
  mine(): Promise<{ head: number }>;
}

/** Anonymous memory; 0 where the system does not tell. */
function rssAnonMb(pid: number | undefined): number {
  try {
    return Math.round(Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}
