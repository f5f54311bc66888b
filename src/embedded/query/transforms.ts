import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { assignPaths, flattenFields } from './assign.js';
import { compileExpression } from './expression.js';
import { compileProjection } from './projection.js';
import type { Variables } from './scope.js';
import { isDocument, typeOf } from './values.js';

/** Changes one document, independently of all others. */
type Transform = (document: Document) => Document;

/** Compiles a stage that changes documents one by one; undefined for any other stage. */
export function compileTransform(name: string, argument: unknown, variables: Variables): Transform | undefined {
  return Object.hasOwn(transforms, name) ? transforms[name]?.(argument, variables) : undefined;
}

/** A stage of a pipeline update: the stages that change one document, nothing else. */
export function compileUpdateStage(stage: Document): Transform {
  const [name = '', argument] = Object.entries(stage)[0] ?? [];
  const transform = compileTransform(name, argument, {});
  if (transform !== undefined) return transform;
  if (Object.keys(stage).length !== 1) throw notSingle();
  throw new MongoError('InvalidOptions', `${name} is not allowed to be used within an update`);
}

/** A stage must hold exactly one field. */
export function notSingle(): MongoError {
  return new MongoError('Location40323', 'A pipeline stage specification object must contain exactly one field.');
}

const transforms: Record<string, (argument: unknown, variables: Variables) => Transform> = {
  $set: (argument, variables) => {
    if (!isDocument(argument)) {
      throw new MongoError('Location40272', `$set specification stage must be an object, got ${typeOf(argument)}`);
    }
    const known = Object.keys(variables);
    const fields = flattenFields(argument).map(({ path, value }) => ({
      path,
      expression: compileExpression(value, known),
    }));
    const assign = assignPaths(fields);
    return (document) => assign(document, { root: document, variables });
  },
  $project: (argument, variables) => {
    if (!isDocument(argument)) throw new MongoError('Location15969', '$project specification must be an object');
    if (Object.keys(argument).length === 0) {
      throw new MongoError(
        'Location51272',
        'Invalid $project :: caused by :: projection specification must have at least one field',
      );
    }
    return compileProjection(argument, variables);
  },
  $unset: (argument) => {
    const names = Array.isArray(argument) ? argument : [argument];
    if (names.length === 0 || names.some((name) => typeof name !== 'string')) {
      throw new MongoError(
        'Location31002',
        '$unset specification must be a string or an array with at least one string',
      );
    }
    return compileProjection(Object.fromEntries(names.map((name) => [name, false])));
  },
  $replaceRoot: (argument, variables) => {
    if (!isDocument(argument) || !('newRoot' in argument)) {
      throw new MongoError('Location40231', `$replaceRoot needs a newRoot, got ${shown(argument)}`);
    }
    const expression = compileExpression(argument.newRoot, Object.keys(variables));
    return (document) => {
      const root = expression({ root: document, variables });
      if (isDocument(root)) return root;
      const problem = `'newRoot' expression must evaluate to an object, but resulting value was: ${shown(root ?? 'MISSING')}`;
      throw new MongoError('Location40228', `${problem}. Type of resulting value: '${typeOf(root)}'`);
    };
  },
};
