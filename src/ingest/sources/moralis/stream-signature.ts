import { timingSafeEqual } from 'node:crypto';
import { keccak256 } from 'viem/utils';

/** Checks that a body comes from who knows the secret of the stream: `x-signature` is the Keccak-256 of the raw body and the secret. */
export function createStreamVerifier(secret: string): (body: Uint8Array, signature: string) => boolean {
  const tail = Buffer.from(secret, 'utf8');
  return (body, signature) => {
    const digits = /^(?:0x)?([0-9a-f]{64})$/i.exec(signature)?.[1];
    if (digits === undefined) return false;
    return timingSafeEqual(keccak256(Buffer.concat([body, tail]), 'bytes'), Buffer.from(digits, 'hex'));
  };
}
