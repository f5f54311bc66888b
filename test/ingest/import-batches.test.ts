import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { createTokenRows } from '../../src/ingest/sources/file/token-rows.js';
import { commitRows } from '../../src/services/import-rows.js';
import { importFiles } from '../../src/services/import-service.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import { openTokenWriter } from '../../src/services/token-writer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, createRecordingPublisher, hash, transfer, wallet } from './support.js';

/** Rows of one transaction of an import. */
const rowsPerBatch = 10_000;
const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';
const row = (block: number, value = 1) =>
  `${block},${1_736_121_600 + block},${hash(block)},0,0,${wallet(0)},${wallet(1)},${value}`;
const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i + 1));

describe('the batches of an import', () => {
  let test: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    test = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'import-batches-'));
  });
  afterEach(async () => {
    await test.close();
    await rm(folder, { recursive: true });
  });

  const file = async (lines: readonly string[]) => {
    const path = join(folder, 'rows.csv');
    await writeFile(path, [header, ...lines].join('\n'));
    return { files: [path], address: wallet(0xaa) };
  };
  const deps = () => {
    const { pipeline, service } = createIngest(test.database);
    return { database: test.database, pipeline, tokens: service, tempDir: join(folder, 'tmp') };
  };
  const count = async (name: 'tokens' | 'transactionActivity' | 'checkpoints') =>
    test.database.connection.collection(name).countDocuments({});

  it('keep copies of one event together, so that a contradiction stops the import every time it is tried', async () => {
    const request = await file([...rows(rowsPerBatch), row(rowsPerBatch, 2)]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(importFiles(deps(), request)).rejects.toThrow(/2 contradicts 1/);
    }
  });

  it('leave no token behind when the first one fails, and the committed ones when a later one does', async () => {
    const { database } = test;
    const before = await database.models.metadata.findOne({}).lean();
    await expect(importFiles(deps(), await file([...rows(2), row(2, 9)]))).rejects.toMatchObject({ code: 'BAD_ROW' });
    expect([await count('tokens'), await count('transactionActivity')]).toEqual([0, 0]);
    expect((await database.models.metadata.findOne({}).lean())?.catalogueEpoch).toBe(before?.catalogueEpoch);
    const later = await file([...rows(rowsPerBatch + 1), row(rowsPerBatch + 1, 9)]);
    await expect(importFiles(deps(), later)).rejects.toMatchObject({ code: 'BAD_ROW' });
    expect([await count('tokens'), await count('transactionActivity')]).toEqual([1, rowsPerBatch]);
    expect((await database.models.metadata.findOne({}).lean())?.catalogueEpoch).toBe((before?.catalogueEpoch ?? 0) + 1);
  });

  it('make no token for files without rows', async () => {
    const summary = await importFiles(deps(), await file([]));
    expect(summary).toMatchObject({ read: 0, tokens: [], notices: ['The files hold no rows.'] });
    expect(await count('tokens')).toBe(0);
  });

  it('leave no checkpoint in a run that skips bad rows: a later one that stops finds them', async () => {
    const request = await file([row(1), row(1, 2), ...rows(rowsPerBatch + 5).slice(1)]);
    const controller = new AbortController();
    const skipped = await importFiles(
      {
        ...deps(),
        signal: controller.signal,
        onProgress: ({ phase }) => {
          if (phase === 'writing') controller.abort();
        },
      },
      { ...request, onError: 'skip' },
    );
    expect(skipped).toMatchObject({ interrupted: true, refused: 1 });
    expect([await count('transactionActivity'), await count('checkpoints')]).toEqual([rowsPerBatch - 1, 0]);
    await expect(importFiles(deps(), request)).rejects.toThrow(/2 contradicts 1/);
  });

  it('do not wait for the caches one after another, but the import does for all', async () => {
    const recording = createRecordingPublisher();
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const publisher = { ...recording.publisher, publishToken: () => told, publishCatalogue: () => told };
    const { database } = test;
    let isOver = false;
    const imported = importFiles(
      {
        database,
        pipeline: createPipeline({ database, publisher }),
        tokens: createTokenDataService({ database, publisher }),
        tempDir: join(folder, 'tmp'),
      },
      await file(rows(rowsPerBatch + 1)),
    ).finally(() => {
      isOver = true;
    });
    await expect
      .poll(async () => [await count('transactionActivity'), await count('checkpoints')], { timeout: 60_000 })
      .toEqual([rowsPerBatch + 1, 0]);
    expect(isOver).toBe(false);
    tell();
    expect(await imported).toMatchObject({ new: rowsPerBatch + 1 });
  });

  it('close the sorted rows also when they are left in the middle', async () => {
    let open = 0;
    const address = wallet(0xbb);
    const rows = createTokenRows(function* () {
      open += 1;
      try {
        for (const block of [1, 2]) {
          yield { token: block - 1, block, log: 0, sequence: block, input: transfer({ blockNumber: block }) };
        }
      } finally {
        open -= 1;
      }
    });
    const all = deps();
    const writer = await openTokenWriter({ ...all, notify: () => undefined }, { address });
    const failing = { ...writer, commitAhead: () => Promise.reject(new Error('The disk is full.')) };
    const stopped = commitRows(all, {
      request: { files: [], address },
      heads: [0, 1].map((number) => ({
        ...{ address, facts: {}, lowestBlock: number + 1, rowCount: 1, writer: failing },
        rows: () => rows.of(number),
      })),
      extras: { blockTimes: { times: new Map(), digest: '' }, tokens: new Map(), openings: undefined, prices: [] },
      digest: '',
      summary: await importFiles(all, { ...(await file([])) }),
    });
    await expect(stopped).rejects.toThrow('The disk is full.');
    rows.close();
    expect(open).toBe(0);
  });
});
