import { readdir, readFile } from 'node:fs/promises';

/** An operation that the query page offers. */
export interface SavedOperation {
  readonly name: string;
  readonly title: string;
  readonly query: string;
}

/** The documents of schema/operations, which also serve the tests and the generated client. The first line of each is its title. */
export async function readSavedOperations(): Promise<SavedOperation[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql'));
  const operations = await Promise.all(
    names.map(async (file) => toOperation(file, await readFile(new URL(file, folder), 'utf8'))),
  );
  return operations.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

const folder = new URL('../../schema/operations/', import.meta.url);
const order = ['Tokens', 'TokenDashboard', 'Holders', 'Transfers', 'GatewayStatus'];

function toOperation(file: string, text: string): SavedOperation {
  const [, title = file, query = text] = /^# (.*)\n([\s\S]*)$/.exec(text) ?? [];
  return { name: file.replace('.graphql', ''), title, query };
}
