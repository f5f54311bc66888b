import { Field, Float, ID, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDateTime } from '../../models/scalars.js';

/** Health of something the gateway depends on. */
@ObjectType({ description: 'Health of something the gateway depends on.' })
export class DependencyStatus {
  @Field(() => String, { description: 'embedded or mongodb.' })
  kind!: string;

  @Field(() => Boolean, { description: 'It answered the last check.' })
  healthy!: boolean;

  @Field(() => String, { nullable: true, description: 'What is wrong or worth knowing; null when there is nothing.' })
  detail!: string | null;
}

/** The shared cache and what it was good for. */
@ObjectType({ description: 'The shared cache. Counters begin with the start of the process.' })
export class CacheStatus {
  @Field(() => String, { description: 'memory or redis.' })
  kind!: string;

  @Field(() => Boolean, { description: 'It answers. Without it all answers come from the database, and are the same.' })
  healthy!: boolean;

  @Field(() => String, { description: 'closed: used. open: left alone. half-open: being tried.' })
  breaker!: string;

  @Field(() => GraphQLBigInt, { description: 'Reads answered from the cache at the living epoch.' })
  hits!: number;

  @Field(() => GraphQLBigInt, { description: 'Reads answered by an older epoch, and marked so.' })
  stale!: number;

  @Field(() => GraphQLBigInt, { description: 'Reads that went to the database because no living entry was there.' })
  misses!: number;

  @Field(() => GraphQLBigInt, { description: 'Reads that went to the database without asking the cache.' })
  bypasses!: number;

  @Field(() => Float, { nullable: true, description: 'Hits of all reads, 0 to 1; null before the first.' })
  hitRate!: number | null;
}

/** A node that tokens are fed from. */
@ObjectType({ description: 'A node that tokens are fed from.' })
export class NodeStatus {
  @Field(() => String, { description: 'Its host, never a path or a key.' })
  name!: string;

  @Field(() => Boolean, { description: 'It answered what it was asked last, and keeps up with the others.' })
  healthy!: boolean;

  @Field(() => GraphQLBigInt, { nullable: true, description: 'What it called its newest block last.' })
  headBlock!: number | null;

  @Field(() => String, { nullable: true, description: 'Why it is not healthy; null when it is.' })
  lastError!: string | null;
}

/** How far one token is taken in. */
@ObjectType({ description: 'How far the data of one token is taken in.' })
export class IngestStatus {
  @Field(() => ID, { description: 'Id of the token.' })
  tokenId!: string;

  @Field(() => String, { description: 'Symbol of the token.' })
  symbol!: string;

  @Field(() => String, { description: 'Where its transfers come from: file, demo, rpc, moralis, or none yet.' })
  source!: string;

  @Field(() => GraphQLBigInt, { nullable: true, description: 'Newest block taken in.' })
  asOfBlock!: number | null;

  @Field(() => GraphQLBigInt, { nullable: true, description: 'Newest block of the source; null for files.' })
  headBlock!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds between asOfTime and now for a source that goes on; null for files.',
  })
  lagSeconds!: number | null;

  @Field(() => String, {
    description:
      'empty: nothing came yet. static: files. backfilling: its history is being read. live: it follows its source. failing: the source fails and is tried again. halted: stopped until `npm run cli -- sync --force`, its data stays readable. waiting: no process feeds it at the moment.',
  })
  state!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Code and sentence of what stands in the way of its source; null while it goes on.',
  })
  lastError!: string | null;

  @Field(() => Float, { nullable: true, description: 'New transfers per second; null unless backfilling.' })
  rowsPerSecond!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds until its history is read, at the speed so far; null unless backfilling.',
  })
  secondsLeft!: number | null;
}

/** What this process and its stores are doing. */
@ObjectType({
  description: 'What this process and its stores are doing. Waits for nothing: what is not known yet is empty.',
})
export class Status {
  @Field(() => String, { description: 'Version of the program.' })
  version!: string;

  @Field(() => Boolean, { description: 'True when the data is made up (see the README: demo).' })
  demo!: boolean;

  @Field(() => GraphQLDateTime, { description: 'Start of this process.' })
  startedAt!: Date;

  @Field(() => DependencyStatus, { description: 'Where everything is stored.' })
  database!: DependencyStatus;

  @Field(() => CacheStatus, { description: 'What saves reads of the database.' })
  cache!: CacheStatus;

  @Field(() => [NodeStatus], { description: 'Nodes that this process feeds tokens from, in the order of RPC_URL.' })
  nodes!: NodeStatus[];

  @Field(() => [IngestStatus], { description: 'One per token, refreshed in the background every few seconds.' })
  ingest!: IngestStatus[];
}
