import { PaymentRuleKind } from '../../../models/enums.js';
import type { PaymentRule } from '../../../models/payment-rule.js';
import { parties } from './parties.js';

/** What makes one demo token different from another. Amounts are whole tokens. */
export interface DemoProfile {
  readonly symbol: string;
  readonly name: string;
  readonly contractAddress: string;
  readonly decimals: number;
  readonly paymentRule: PaymentRule;
  /** Supply that is minted in the first block. */
  readonly supply: bigint;
  readonly transfersPerDay: number;
  /** Hour of the day (UTC) at which most happens. */
  readonly peakHour: number;
  /** Price in USD around which it wanders, and how far: 0.1 is about ten percent. */
  readonly price: number;
  readonly volatility: number;
  /** Number of its first wallet in the common population: ranges that overlap share wallets. */
  readonly firstWallet: number;
}

/** UTC days that the demo begins with, the current one included. */
export const demoDays = 120;

/** Selector that the weekly interest is paid with. */
export const interestSelector = '0x1d4ee3b4';

/**
 * The tokens of the demo. Symbols, decimals and contract addresses are those on Lisk; names say that the numbers are made up.
 * Each kind of payment rule occurs.
 */
export const demoProfiles: readonly DemoProfile[] = [
  {
    symbol: 'LZAR',
    name: 'L ZAR Coin (demo data)',
    contractAddress: '0x7b7047c49eaf68b8514a20624773ca620e2cd4a3',
    decimals: 18,
    paymentRule: { kind: PaymentRuleKind.FROM, addresses: [parties('LZAR').payer], selectors: [] },
    supply: 10_576_000n,
    transfersPerDay: 60,
    peakHour: 11,
    price: 0.0552,
    volatility: 0.06,
    firstWallet: 0,
  },
  {
    symbol: 'LUSD',
    name: 'L USD Coin (demo data)',
    contractAddress: '0x2a0fa5d670deb472c1a72977b75ba53d1e6fab72',
    decimals: 18,
    paymentRule: { kind: PaymentRuleKind.FROM, addresses: [parties('LUSD').payer], selectors: [] },
    supply: 165_000n,
    transfersPerDay: 42,
    peakHour: 15,
    price: 1,
    volatility: 0.004,
    firstWallet: 1_000,
  },
  {
    symbol: 'IDRX',
    name: 'IDRX (demo data)',
    contractAddress: '0x18bc5bcc660cf2b9ce3cd51a404afe1a0cbd3c22',
    decimals: 2,
    paymentRule: { kind: PaymentRuleKind.METHODS, addresses: [], selectors: [interestSelector] },
    supply: 12_000_000_000n,
    transfersPerDay: 28,
    peakHour: 6,
    price: 0.0000612,
    volatility: 0.03,
    firstWallet: 1_700,
  },
  {
    symbol: 'USDC.e',
    name: 'Bridged USDC (demo data)',
    contractAddress: '0xf242275d3a6527d877f2c927a82d9b057609cc71',
    decimals: 6,
    paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
    supply: 2_500_000n,
    transfersPerDay: 28,
    peakHour: 16,
    price: 0.9998,
    volatility: 0.002,
    firstWallet: 2_200,
  },
];
