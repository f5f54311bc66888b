import { BadUserInputError } from '../errors.js';
import { isAddress } from '../models/address.js';
import type { PaymentRule } from '../models/payment-rule.js';

/** What to import; paths are files, everything else is checked by `checkImportRequest`. */
export interface ImportRequest {
  readonly files: readonly string[];
  /** The token whose rows are taken. */
  readonly address?: string | undefined;
  /** Every token of the files instead. */
  readonly allTokens?: boolean | undefined;
  readonly tokensFile?: string | undefined;
  readonly symbol?: string | undefined;
  readonly name?: string | undefined;
  readonly decimals?: number | undefined;
  readonly chainId?: number | undefined;
  readonly openingBalances?: string | undefined;
  readonly openingBlock?: number | undefined;
  readonly prices?: string | undefined;
  readonly blockTimes?: string | undefined;
  readonly paymentRule?: PaymentRule | undefined;
  readonly onError?: 'stop' | 'skip' | undefined;
}

/** The request with the address in lower case; throws BadUserInputError for flags that do not go together. */
export function checkImportRequest(request: ImportRequest): ImportRequest {
  const { files, address, allTokens, openingBalances, openingBlock, prices, tokensFile } = request;
  const refuse = (message: string): never => {
    throw new BadUserInputError(message);
  };
  if (address !== undefined && !isAddress(address)) {
    refuse(
      `--address: expected 0x and 40 hexadecimal digits, in one case or with a right EIP-55 checksum, got ${JSON.stringify(address.slice(0, 100))}.`,
    );
  }
  if (address === undefined && !allTokens) {
    refuse('--address: expected the contract of the token to import, or --all-tokens for every token of the files.');
  }
  if (address !== undefined && allTokens) refuse('--all-tokens: takes every token of the files; leave --address out.');
  if (allTokens) {
    const single = (['symbol', 'name', 'decimals', 'openingBalances', 'openingBlock', 'prices'] as const).filter(
      (flag) => request[flag] !== undefined,
    );
    const flags = single.map((flag) => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    if (flags.length > 0) {
      refuse(
        `${flags.join(', ')}: said of one token, so --address is needed instead of --all-tokens; symbols, names and decimals of many come with --tokens FILE.`,
      );
    }
    if (files.length === 0) refuse('FILE: expected at least one file of transfers with --all-tokens.');
  }
  if (tokensFile !== undefined && !allTokens)
    refuse('--tokens: goes with --all-tokens; one token is described by --symbol, --name and --decimals.');
  if (openingBlock !== undefined && openingBalances === undefined) {
    refuse('--opening-block: is the block that --opening-balances FILE belongs to; give both.');
  }
  if (files.length === 0 && openingBalances === undefined && prices === undefined) {
    refuse('FILE: expected at least one file of transfers, --prices FILE or --opening-balances FILE.');
  }
  if (files.length === 0 && openingBalances !== undefined && openingBlock === undefined) {
    refuse(
      '--opening-block: expected with opening balances that come without transfers: the block that they are the state before.',
    );
  }
  return { ...request, address: address?.toLowerCase() };
}
