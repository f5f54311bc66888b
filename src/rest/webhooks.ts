import type { FastifyInstance } from 'fastify';
import { UnauthenticatedError, UpstreamUnavailableError } from '../errors.js';

/** Something happened to these contracts: a reason to look, never data. */
export interface StreamHint {
  readonly addresses: readonly string[];
  readonly blockNumber: number | null;
  readonly confirmed: boolean;
}

/** What the webhook needs. */
export interface WebhookOptions {
  /** Whether `signature` is that of the raw body, in constant time. */
  verify(body: Uint8Array, signature: string): boolean;
  /** Resolves once the hint is durable; deliveries come at least once and in any order, so the same hint comes often. */
  onHint(hint: StreamHint): Promise<void>;
}

/**
 * `POST /webhooks/moralis`: deliveries of Moralis Streams. The signature is checked over the raw body before anything is parsed. 200 says
 * that the hint is durable; 503 makes the sender come again.
 */
export async function addWebhookRoutes(app: FastifyInstance, { verify, onHint }: WebhookOptions): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.post(
      '/webhooks/moralis',
      { bodyLimit: mostBytes, schema: { hide: true } as object },
      async (request, reply) => {
        const signature = request.headers['x-signature'];
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        if (typeof signature !== 'string' || !verify(body, signature)) throw new UnauthenticatedError(unsigned);
        const hint = readHint(body);
        if (hint.addresses.length > 0) {
          await onHint(hint).catch((cause: unknown) => {
            throw new UpstreamUnavailableError({ service: 'The store of hints', cause });
          });
        }
        return reply.code(200).send({ contracts: hint.addresses.length });
      },
    );
  });
}

const mostBytes = 8 * 1024 * 1024;
const mostAddresses = 10_000;

const unsigned =
  'x-signature: expected the Keccak-256 of the body and the secret of the stream; check MORALIS_STREAM_SECRET.';

/** Whatever is signed is taken; of any shape other than the known ones nothing is read. The test of a new stream has all fields empty. */
function readHint(body: Buffer): StreamHint {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    parsed = undefined;
  }
  const delivery = fieldsOf(parsed);
  const events = [...listOf(delivery.erc20Transfers), ...listOf(delivery.logs)].map(fieldsOf);
  const named = events.flatMap(({ contract, address }) => [contract, address]).filter(isAddress);
  const { number } = fieldsOf(delivery.block);
  return {
    addresses: [...new Set(named.map((address) => address.toLowerCase()))].slice(0, mostAddresses),
    blockNumber: /^\d{1,15}$/.test(String(number)) ? Number(number) : null,
    confirmed: delivery.confirmed === true,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value);
}
