import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokensOf } from '../support/chain-tokens.js';
import { truthOf } from '../support/chain-truth.js';
import { type RpcDouble, startRpcDouble } from '../support/rpc-double.js';
import { type Chain, createChain } from '../support/rpc-double-chain.js';
import { createCli } from './support.js';

type Cli = Awaited<ReturnType<typeof createCli>>;

/** A node with a chain of 150 blocks, and a command line that is to feed tokens from it. */
describe('the command line on a chain', () => {
  const tokens = tokensOf(4_001);
  const [token] = tokens;
  let chain: Chain;
  let node: RpcDouble;
  let cli: Cli;
  let environment: Record<string, string>;

  beforeAll(async () => {
    chain = createChain({
      seed: 4_001,
      tokens,
      blockSeconds: 2,
      genesis: Math.floor(Date.now() / 1_000) - 400,
      finality: 20,
    });
    chain.mine(150);
    node = await startRpcDouble({ chain });
    cli = await createCli();
    environment = { ...cli.environment, CHAIN_ID: '31337', RPC_URL: node.url, REDIS_URL: '' };
  });
  afterAll(async () => {
    await cli?.close();
    await node?.close();
  });

  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli.runHere([...args, '--json'], { environment });
    return { code, stderr, answer: JSON.parse(stdout || 'null') };
  };

  it('adds a token by its address and reads what it is called from the contract', async () => {
    const { code, answer } = await run('seed-tokens', '--address', token.address.toUpperCase().replace('0X', '0x'));
    expect(code).toBe(0);
    expect(answer.tokens).toMatchObject([{ address: token.address, outcome: 'created', symbol: token.symbol }]);
    expect((await run('seed-tokens', '--address', token.address)).answer.tokens).toMatchObject([{ outcome: 'known' }]);
  });

  it('refuses a contract that is none with a sentence and exit code 1', async () => {
    const { code, answer } = await run('seed-tokens', '--address', `0x${'12'.repeat(20)}`);
    expect(code).toBe(1);
    expect(answer.tokens).toMatchObject([
      { outcome: 'refused', notices: [expect.stringMatching(/no token contract/)] },
    ]);
  });

  it.each([
    [['seed-tokens'], /No tokens are known on chain 31337/],
    [['seed-tokens', '--prices', 'feed:0x00'], /--prices belongs to one token/],
    [['seed-tokens', 'list.csv', '--address', token.address], /either a FILE or one address/],
    [['seed-tokens', '--address', token.address, '--prices', 'feed:0x00'], /expected feed:ADDRESS/],
    [['seed-tokens', '--address', '0x12'], /0x12/],
  ])('says what is wrong with %j', async (args, sentence) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it('syncs to the head, and then equals the chain by its own verify and by the audit', async () => {
    const { code, answer } = await run('sync');
    const truth = truthOf(chain, token);
    expect(answer.tokens).toMatchObject([
      { symbol: token.symbol, outcome: 'current', rows: truth.transfers.length, block: chain.head.number },
    ]);
    expect(code).toBe(0);
    expect(await run('verify')).toMatchObject({ code: 0, answer: { clean: true } });
    const audit = await run('audit', '--wallets', '10');
    expect(audit).toMatchObject({ code: 0, answer: { clean: true } });
    expect(audit.answer.tokens[0].balancesCompared).toBeGreaterThan(5);
    expect(audit.answer.tokens[0].blocksCounted.to).toBe(chain.finalizedBlock);
  });

  it('shows in its status how far the token is', async () => {
    const { code, answer } = await run('status');
    expect(code).toBe(0);
    expect(answer.tokens).toMatchObject([
      {
        symbol: token.symbol,
        source: 'rpc',
        asOfBlock: chain.head.number,
        headBlock: chain.head.number,
        lastError: null,
      },
    ]);
    const { stdout } = await cli.runHere(['status'], { environment });
    expect(stdout).toMatch(new RegExp(`^TOKEN +SOURCE +STATE +BLOCK +HEAD +LAG\\n${token.symbol} +rpc `));
  });

  it('takes only what is new at the next sync', async () => {
    const before = truthOf(chain, token).transfers.length;
    chain.mine(10);
    const { answer } = await run('sync', token.symbol);
    expect(answer.tokens[0].rows).toBe(truthOf(chain, token).transfers.length - before);
  });

  it('reads the history again by backfill: what is there stays, and nothing is new', async () => {
    const { code, answer } = await run('backfill', token.symbol);
    expect(code).toBe(0);
    expect(answer.tokens).toMatchObject([{ outcome: 'current', rows: 0, block: chain.head.number }]);
    expect(await run('verify')).toMatchObject({ code: 0 });
  });

  it('stops a token whose final blocks were replaced, and goes on with `sync --resume` to equal the chain as it is now', async () => {
    chain.reorg(chain.head.number - chain.finalizedBlock + 5);
    const halted = await run('sync');
    expect(halted).toMatchObject({ code: 1, answer: { tokens: [{ outcome: 'halted' }] } });
    expect(await run('status')).toMatchObject({
      code: 1,
      answer: { tokens: [{ state: 'halted', lastError: expect.stringMatching(/^REORG_TOO_DEEP: /) }] },
    });
    const resumed = await run('sync', '--resume');
    expect(resumed).toMatchObject({ code: 0, answer: { tokens: [{ outcome: 'current', block: chain.head.number }] } });
    expect(await run('verify')).toMatchObject({ code: 0 });
    expect(await run('audit')).toMatchObject({ code: 0, answer: { clean: true } });
    expect(await run('status')).toMatchObject({ code: 0 });
  });

  it('finds by its doctor that everything works, and what to do when the node is away or of another chain', async () => {
    const healthy = await run('doctor');
    expect(
      healthy.answer.checks.map(({ name, state }: { name: string; state: string }) => [name.split(' ')[0], state]),
    ).toEqual([
      ['node', 'ok'],
      ['configuration', 'ok'],
      ['database', 'ok'],
      ['redis', 'ok'],
      ['rpc', 'ok'],
    ]);
    expect(healthy.code).toBe(0);

    environment.CHAIN_ID = '1135';
    const foreign = await run('doctor');
    expect(foreign.code).toBe(1);
    expect(foreign.answer.checks.at(-1)).toMatchObject({
      state: 'fail',
      detail: expect.stringMatching(/chain 31337, .*1135/),
    });
    environment.CHAIN_ID = '31337';

    node.setDown(true);
    const away = await run('doctor');
    expect(away.code).toBe(1);
    expect(away.answer.checks.at(-1)).toMatchObject({ state: 'fail', remedy: expect.stringMatching(/RPC_URL/) });
    node.setDown(false);

    const broken = await cli.runHere(['doctor'], { environment: { ...environment, PORT: 'x' } });
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/^fail {2}configuration .*PORT/ms);
  });

  it('says that nothing feeds tokens without a node', async () => {
    const { stderr, stdout, code } = await cli.runHere(['sync'], { environment: { ...environment, RPC_URL: '' } });
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/No source feeds tokens: set RPC_URL/);
    const audit = await cli.runHere(['audit'], { environment: { ...environment, RPC_URL: '' } });
    expect(audit.code).toBe(1);
    expect(audit.stderr).toMatch(/RPC_URL: expected a node/);
  });
});
