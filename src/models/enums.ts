import { registerEnumType } from 'type-graphql';

/** Length of a window: n UTC days that end with the day of asOfTime. */
export enum Period {
  LAST_7_DAYS = 'LAST_7_DAYS',
  LAST_30_DAYS = 'LAST_30_DAYS',
  LAST_90_DAYS = 'LAST_90_DAYS',
}

/** Part of the metrics that is asked for. */
export enum MetricType {
  ALL = 'ALL',
  GROWTH = 'GROWTH',
  VOLUME = 'VOLUME',
  ACTIVITY = 'ACTIVITY',
}

/** MINT: from the zero address. BURN: only to it. TRANSFER: everything else. */
export enum TransferKind {
  TRANSFER = 'TRANSFER',
  MINT = 'MINT',
  BURN = 'BURN',
}

/** How payments are told from other transfers. */
export enum PaymentRuleKind {
  ALL = 'ALL',
  FROM = 'FROM',
  METHODS = 'METHODS',
}

registerEnumType(Period, {
  name: 'Period',
  description: 'Number of UTC days that end with the day of asOfTime, that day included.',
});
registerEnumType(MetricType, { name: 'MetricType', description: 'Part of the metrics; the other parts are null.' });
registerEnumType(TransferKind, {
  name: 'TransferKind',
  description: 'MINT: from the zero address. BURN: only to the zero address. TRANSFER: everything else.',
});
registerEnumType(PaymentRuleKind, {
  name: 'PaymentRuleKind',
  description:
    'ALL: successful, neither mint nor burn. FROM: sent by a listed address. METHODS: called by a listed selector.',
});

/** Days of a period. */
export const periodDays: Readonly<Record<Period, number>> = {
  [Period.LAST_7_DAYS]: 7,
  [Period.LAST_30_DAYS]: 30,
  [Period.LAST_90_DAYS]: 90,
};
