import type { GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../context.js';

/**
 * A value that is asked for when the answer reaches it, and so knows its path: graphql-js calls a function that it finds as the value of a
 * field with what a resolver is given. For fields that need that on request only, and else shall cost nothing.
 */
export type WhenReached<T> = (args: object, context: RequestContext, info: GraphQLResolveInfo) => Promise<T>;
