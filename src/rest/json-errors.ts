import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../errors.js';

/** Makes every refusal of the HTTP layer look like one of GraphQL: a JSON body with `errors[].extensions.code`, and no stack trace. */
export function addJsonErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    reply
      .code(404)
      .send(body(`There is nothing at ${request.url.slice(0, 100)}; GraphQL is at /graphql.`, 'NOT_FOUND'));
  });
}

/** Answers an error of a route or of Fastify itself. */
export function answerError(error: FastifyError | GatewayError, request: FastifyRequest, reply: FastifyReply): void {
  const status = error instanceof GatewayError ? error.status : statusOf(error);
  if (status >= 500) request.log.error({ err: error }, 'a request failed by a defect');
  const code =
    error instanceof GatewayError ? error.code : (codes[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL'));
  reply.code(status).send(body(status >= 500 ? defect : error.message, code));
}

const codes: Readonly<Record<number, string>> = {
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  503: 'OVERLOADED',
};

const defect = 'The gateway failed to answer this; the log of the process has the cause.';

const body = (message: string, code: string) => ({
  errors: [{ message: message.slice(0, 500), extensions: { code } }],
});

/** What reading a body fails with (a corrupt stream among it) is the sender's fault, though it carries no status. */
function statusOf({ statusCode, code }: FastifyError): number {
  if (statusCode !== undefined) return statusCode;
  return /^Z_|^ERR_/.test(code ?? '') ? 400 : 500;
}
