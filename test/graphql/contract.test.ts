import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { buildGatewaySchema } from '../../src/graphql/schema.js';

const contract = buildSchema(readFileSync(new URL('../../schema/contract.graphql', import.meta.url), 'utf8'));
const schema = buildGatewaySchema({ ttls: readConfig({}).cache.tierTtls });

/** Live updates come with the web pages; until then the schema has no subscription. */
const later = ['Subscription', 'TokenUpdate'];

const contractTypes = Object.values(contract.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);

describe('the schema keeps the contract', () => {
  it('offers everything but what is named as coming later', () => {
    const missing = contractTypes.map(({ name }) => name).filter((name) => !schema.getType(name));
    expect(missing.sort()).toEqual(later);
  });

  it.each(contractTypes.map(({ name }) => name).filter((name) => !later.includes(name)))(
    '%s has every name with its type, nullability and default',
    (name) => {
      expect(differences(contract.getType(name), schema.getType(name))).toEqual([]);
    },
  );

  it('describes every type, field, argument of the roots and value that it offers', () => {
    expect(undescribed(schema)).toEqual([]);
  });

  it('says tier and seconds in the description of every analytics field', () => {
    const token = schema.getType('Token');
    const fields = isObjectType(token) ? token.getFields() : {};
    expect(fields.hourlyActivity?.description).toContain('Freshness: tier short, cached for 120 s at most');
    expect(fields.metrics?.description).toContain('Freshness: tier long, cached for 900 s at most');
  });
});

function differences(wanted: GraphQLNamedType | undefined, got: GraphQLNamedType | undefined): string[] {
  if (isObjectType(wanted) && isObjectType(got)) {
    const fields = got.getFields();
    return Object.values(wanted.getFields()).flatMap((field) => {
      const own = fields[field.name];
      if (!own) return [`${field.name} is missing`];
      return [
        ...(String(own.type) === String(field.type) ? [] : [`${field.name}: ${own.type} instead of ${field.type}`]),
        ...inputs(field.args, own.args, `${field.name}(`),
      ];
    });
  }
  if (isInputObjectType(wanted) && isInputObjectType(got)) {
    return inputs(Object.values(wanted.getFields()), Object.values(got.getFields()), '');
  }
  if (isEnumType(wanted) && isEnumType(got)) {
    return values(wanted).filter((value) => !values(got).includes(value));
  }
  return isScalarType(wanted) && isScalarType(got) ? [] : ['is another kind of type'];
}

type Input = GraphQLArgument | GraphQLInputField;

function inputs(wanted: readonly Input[], got: readonly Input[], where: string): string[] {
  const changed = wanted.flatMap((input) => {
    const own = got.find(({ name }) => name === input.name);
    if (!own) return [`${where}${input.name} is missing`];
    return print(own) === print(input) ? [] : [`${where}${input.name}: ${print(own)} instead of ${print(input)}`];
  });
  const added = got.filter(({ name }) => !wanted.some((input) => input.name === name));
  return [...changed, ...added.filter(isDemanded).map(({ name }) => `${where}${name} is demanded`)];
}

const print = ({ type, defaultValue }: Input): string => `${type} = ${JSON.stringify(defaultValue)}`;
const isDemanded = ({ type, defaultValue }: Input): boolean => isNonNullType(type) && defaultValue === undefined;
const values = (type: GraphQLEnumType): string[] => type.getValues().map(({ name }) => name);

function undescribed({ getTypeMap }: GraphQLSchema): string[] {
  return Object.values(getTypeMap.call(schema))
    .filter((type) => !type.name.startsWith('__') && !['Query', 'Mutation'].includes(type.name))
    .flatMap((type) => [
      ...(type.description ? [] : [type.name]),
      ...(isObjectType(type) ? Object.values(type.getFields()) : [])
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${name}`),
    ]);
}
