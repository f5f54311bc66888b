import { getNamedType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { buildMetricDefinitions } from '../../src/graphql/metric-definitions.js';
import { metricTexts } from '../../src/graphql/metric-texts.js';
import { buildGatewaySchema } from '../../src/graphql/schema.js';
import { relations } from '../../src/relations/index.js';

const ttls = readConfig({}).cache.tierTtls;
const schema = buildGatewaySchema({ ttls });
const numbers = new Set(['BigInt', 'Decimal', 'Int', 'Float']);

describe('metricDefinitions', () => {
  it('defines every number below Token, and nothing that is not there', () => {
    const isBelowToken = (path: string): boolean =>
      !['chainId', 'decimals'].includes(path) && !path.startsWith('freshness');
    const paths = numberPaths('Token').filter(isBelowToken);
    expect([...metricTexts.keys()].sort()).toEqual(paths.sort());
  });

  it('takes tier and seconds from the relation that answers the field', () => {
    const definitions = buildMetricDefinitions({ relations, ttls: { ...ttls, short: 7_000 } });
    const hourly = definitions.find(({ field }) => field === 'hourlyActivity.totalVolume');
    expect(hourly).toMatchObject({
      unit: 'tokens',
      bucket: 'hour',
      tier: 'short',
      ttlSeconds: 7,
      countsMintsAndBurns: true,
    });
    const payments = definitions.find(({ field }) => field === 'weeklyPayments.paymentCount');
    expect(payments).toMatchObject({ bucket: 'week', tier: 'long', countsMintsAndBurns: false });
  });

  it('leaves out what no relation answers', () => {
    expect(buildMetricDefinitions({ relations: [], ttls }).map(({ field }) => field)).toEqual([
      'totalSupply',
      'holderCount',
    ]);
  });
});

/** Paths of all numbers below a type; the rows of a connection are listed once, as its nodes. */
function numberPaths(typeName: string): string[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, type: fieldType }) => {
    const named = getNamedType(fieldType).name;
    if (numbers.has(named)) return [name];
    return name === 'edges' ? [] : numberPaths(named).map((path) => `${name}.${path}`);
  });
}
