import { Field, ObjectType } from 'type-graphql';
import { PageInfo } from './page-info.js';
import { TransactionActivity } from './transaction-activity.js';

/** A transfer as it is answered: JSON values, without what only the store needs. */
export type TransferNode = Pick<
  TransactionActivity,
  | 'id'
  | 'transactionHash'
  | 'logIndex'
  | 'blockNumber'
  | 'fromAddress'
  | 'toAddress'
  | 'amount'
  | 'kind'
  | 'gasUsed'
  | 'gasPrice'
  | 'isSuccess'
> & { readonly timestamp: string };

/** A transfer with its place in the list. */
@ObjectType({ description: 'A transfer with its place in the list.' })
export class TransactionActivityEdge {
  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this transfer.' })
  cursor!: string;

  @Field(() => TransactionActivity)
  node!: TransferNode;
}

/** What decides which transfers totalCount counts; the arguments of the relation transactionActivityCount. */
export interface TransferFilter {
  readonly address: string | null;
  readonly kind: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** A page of transfers. `totalCount` is a field of its own, counted only when it is asked for. */
@ObjectType({
  description: 'Transfers, newest first: block number, then log index, both falling. Failed ones are listed.',
})
export class TransactionActivityConnection {
  @Field(() => [TransactionActivity])
  nodes!: TransferNode[];

  @Field(() => [TransactionActivityEdge])
  edges!: TransactionActivityEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  countArgs!: TransferFilter;
}

/** Number of transfers that a filter lets through, over all pages; no GraphQL type of its own. */
export class TransactionActivityCount {
  totalCount!: number;
}
