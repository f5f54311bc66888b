import { type GraphQLField, type GraphQLNamedType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { metricTexts } from './metric-texts.js';

/**
 * Completes the descriptions of the schema: every number gets its text and unit, so that the schema and `metricDefinitions` say the same,
 * and fields that mean the same in every type get their text from here.
 */
export function describeFields(schema: GraphQLSchema): void {
  const token = schema.getType('Token');
  for (const [path, { text, unit }] of metricTexts) {
    const field = fieldAt(token, path.split('.'));
    if (!field) continue;
    const own = field.description?.includes('Freshness:') ? ` ${field.description}` : '';
    field.description = `${text} Unit: ${unit}.${own}`;
  }
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) field.description ||= commonTexts[field.name];
  }
}

const commonTexts: Readonly<Record<string, string>> = {
  address: 'Address, printed in EIP-55 mixed case.',
  date: 'Day in UTC.',
  edges: 'The rows of the page, each with its cursor.',
  fromAddress: 'Sender; the zero address for a mint.',
  kind: 'MINT, BURN or TRANSFER.',
  node: 'The row itself.',
  nodes: 'The rows of the page.',
  pageInfo: 'Where the page lies in the list.',
  period: 'The period that was asked for.',
  timestamp: 'Instant in UTC.',
  toAddress: 'Receiver; the zero address for a burn.',
  transactionHash: 'Transaction that made it; null where the source does not say.',
};

function fieldAt(
  type: GraphQLNamedType | undefined,
  [name = '', ...rest]: string[],
): GraphQLField<unknown, unknown> | undefined {
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  return field && rest.length > 0 ? fieldAt(getNamedType(field.type), rest) : field;
}
