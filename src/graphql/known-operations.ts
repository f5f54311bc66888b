import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** A validation rule that refuses operations of which the schema has none: graphql-js itself finds that out only when it executes them. */
export function knownOperationsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (node) => {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`This schema has no ${node.operation}; ask a query.`, { nodes: node }));
    },
  };
}
