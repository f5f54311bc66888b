import type { Document } from 'bson';
import { MongoError } from '../../errors.js';
import { type Call, type Command, namespaceOf } from '../call.js';
import { booleanField, checkFields, documentField, documentsField, type KnownFields } from '../options.js';
import { type Reply, reply } from '../reply.js';
import { aggregateFields } from './aggregate.js';
import { countFields, countRequest } from './counting.js';
import { type Explained, explainAggregate, explainRead, type Verbosity } from './explainPlans.js';
import { findFields, findRequest } from './find.js';
import { filterOf, updateRequest } from './write.js';

const verbosities: readonly string[] = ['queryPlanner', 'executionStats', 'allPlansExecution'];
const common: ReadonlySet<string> = new Set(['$db', 'maxTimeMS', 'comment', 'readConcern', 'writeConcern', 'lsid']);

/** explain: how a find, count, aggregate, update or delete would run, or with executionStats, how its read does run. */
export const explain: Command = {
  names: ['explain'],
  kind: 'read',
  fields: { known: ['verbosity'] },
  run: (call): Reply => {
    const inner = documentField(call.body, 'explain') ?? {};
    const verbosity = verbosityOf(call.body.verbosity ?? 'allPlansExecution');
    const name = Object.keys(inner)[0] ?? '';
    if (name === 'aggregate') {
      check(name, inner, aggregateFields);
      return explainAggregate(call, inner, verbosity);
    }
    return reply(explainRead(call, explained({ ...call, name, body: inner }), verbosity));
  },
};

function explained(call: Call): Explained {
  const { name, body } = call;
  if (name === 'find') {
    check(name, body, findFields);
    const projection = documentField(body, 'projection');
    if (projection !== undefined) call.parts.language.compileProjection(projection);
    const above = projection !== undefined && Object.keys(projection).length > 0 ? ['PROJECTION_DEFAULT'] : [];
    return { ns: namespaceOf(call), request: findRequest(body, namespaceOf(call)), above, counts: false };
  }
  if (name === 'count') {
    check(name, body, countFields);
    return { ns: namespaceOf(call), request: countRequest(call, body), above: ['COUNT'], counts: true };
  }
  if (name === 'update' || name === 'delete') return explainedWrite(call, name);
  throw new MongoError(
    'NotImplemented',
    `Explain of '${name}' is not served; find, count, aggregate, update and delete are.`,
  );
}

function explainedWrite(call: Call, name: 'update' | 'delete'): Explained {
  const ns = namespaceOf(call);
  const statements = documentsField(call.body, name === 'update' ? 'updates' : 'deletes');
  const [statement] = statements;
  if (statement === undefined || statements.length > 1) {
    throw new MongoError('InvalidLength', `explained write batches must be of size 1, got ${statements.length}`);
  }
  const one = name === 'update' ? !booleanField(statement, 'multi') : statement.limit === 1;
  const filter = name === 'update' ? updateRequest(call, ns, statement).filter : filterOf(statement);
  return {
    ns,
    request: { ns, filter, ...(one ? { limit: 1 } : {}) },
    above: [name.toUpperCase()],
    counts: false,
  };
}

function check(name: string, body: Document, fields: KnownFields): void {
  checkFields(name, body, fields, common);
}

function verbosityOf(value: unknown): Verbosity {
  if (typeof value === 'string' && verbosities.includes(value)) {
    return value === 'queryPlanner' || value === 'executionStats' ? value : 'allPlansExecution';
  }
  throw new MongoError('FailedToParse', `verbosity string must be one of ${verbosities.join(', ')}`);
}
