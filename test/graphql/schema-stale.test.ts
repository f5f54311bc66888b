import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printGatewaySchema, schemaFile } from '../../src/graphql/emit.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('what is generated is committed', () => {
  it('schema/schema.graphql is what the code makes; else run: npm run schema', async () => {
    expect(printGatewaySchema()).toBe(await readFile(schemaFile, 'utf8'));
  });

  it('schema/generated is what the schema and the operations make; else run: npm run codegen', async () => {
    const codegen = promisify(execFile)('npx', ['graphql-codegen', '--config', 'codegen.yml', '--check'], {
      cwd: root,
    });
    await expect(codegen).resolves.toBeDefined();
  });
});
