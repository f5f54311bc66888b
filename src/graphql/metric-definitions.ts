import { Query, Resolver } from 'type-graphql';
import type { Tier, TierTtls } from '../cache/tiers.js';
import type { AnyRelation } from '../relations/relation.js';
import { metricTexts } from './metric-texts.js';
import type { ResolverClass } from './relation-resolver.js';
import { MetricDefinition } from './types/metric-definition.js';

/** Query.metricDefinitions: the texts with the tier and seconds of the relation that answers them. The same for every caller. */
export function createMetricDefinitionsResolver(source: DefinitionSource): ResolverClass {
  const definitions = buildMetricDefinitions(source);

  @Resolver()
  class MetricDefinitionsResolver {
    @Query(() => [MetricDefinition], {
      description:
        'What each number means, as data: text, rules, unit, tier and its seconds. Changes only with the program.',
    })
    metricDefinitions(): readonly MetricDefinition[] {
      return definitions;
    }
  }
  return MetricDefinitionsResolver;
}

/** What definitions are made from. */
export interface DefinitionSource {
  readonly relations: readonly AnyRelation[];
  readonly ttls: TierTtls;
}

/** One definition per number below Token whose relation is offered, in the order of the texts. */
export function buildMetricDefinitions({ relations, ttls }: DefinitionSource): readonly MetricDefinition[] {
  const tierOf = new Map<string, Tier>([
    ...ownFields.map((name): [string, Tier] => [name, 'medium']),
    ...relations.map(({ name, tier }): [string, Tier] => [name, tier]),
  ]);
  return [...metricTexts].flatMap(([field, { text, unit, mintsAndBurns }]) => {
    const [relation = ''] = field.split('.');
    const tier = tierOf.get(relation);
    if (tier === undefined) return [];
    return {
      field,
      description: text,
      unit,
      countsMintsAndBurns: mintsAndBurns,
      bucket: buckets.get(relation) ?? null,
      tier,
      ttlSeconds: Math.round(ttls[tier] / 1000),
    };
  });
}

/** Numbers that come with the token itself, whose tier is medium. */
const ownFields = ['totalSupply', 'holderCount'];

const buckets: ReadonlyMap<string, string> = new Map([
  ['dailyMetrics', 'day'],
  ['uniqueWallets', 'day'],
  ['hourlyActivity', 'hour'],
  ['weeklyPayments', 'week'],
  ['paymentProjections', 'week'],
  ['metrics', 'period'],
]);
