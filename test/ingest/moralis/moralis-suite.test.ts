import { createTestDatabase } from '../../support/database.js';
import { describeSource } from '../../support/describe-source.js';
import { startMoralisStub } from '../../support/moralis-stub.js';
import { chooseSeed, openSource } from './moralis-support.js';

describeSource('Moralis', async () => {
  const [test, stub] = [await createTestDatabase(), await startMoralisStub(chooseSeed())];
  const { truth } = stub;
  truth.grow(230);
  Object.assign(stub.wrong, { limited: 1, failing: 1, cut: 1 });
  const { source } = openSource(stub, test.database, { pageSize: 15 });
  return {
    source,
    address: truth.token,
    facts: { name: 'Stub', symbol: 'STUB', decimals: 18 },
    transfers: truth.transfers.map(({ block: blockNumber, logIndex, value }) => ({ blockNumber, logIndex, value })),
    headBlock: 230,
    close: async () => {
      await source.close();
      await stub.close();
      await test.close();
    },
  };
});
