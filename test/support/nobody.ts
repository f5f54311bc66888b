import { PaymentRuleKind } from '../../src/models/enums.js';
import { type TokenSnapshot, toTokenSnapshot } from '../../src/models/token-snapshot.js';
import { emptyTotals } from '../../src/models/token-totals.js';

/** A token of which nothing is known: it is in no database. */
export const nobody: TokenSnapshot = toTokenSnapshot({
  _id: 'f'.repeat(24),
  name: 'Nobody',
  symbol: 'NOBODY',
  symbolKey: 'nobody',
  contractAddress: `0x${'f'.repeat(40)}`,
  chainId: 1,
  decimals: 18,
  decimalsAssumed: false,
  isActive: true,
  paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
  createdAt: new Date(0),
  updatedAt: new Date(0),
  epoch: 1,
  asOfBlock: null,
  asOfTime: null,
  finalizedBlock: null,
  source: null,
  openingBlock: null,
  totals: emptyTotals(),
});
