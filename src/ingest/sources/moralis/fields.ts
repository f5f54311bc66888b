import { z } from 'zod';
import { divideRounded, formatUnits } from '../../../models/amount.js';

/** Moralis writes one field now as a string, now as a number, now as a boolean: all forms are read, none is believed to be exact but text. */
const scalar = z.union([z.string(), z.boolean()]).nullish();

/** Text, undefined where it is empty or absent. */
export const optionalText = scalar.transform((value) =>
  value === null || value === '' ? undefined : value?.toString(),
);

/** An integer of 0 or more as text of digits; exponents and fractions are refused, since they stand for a float. */
export const uint256 = z
  .string()
  .regex(/^\d{1,78}$/, 'expected an integer as plain digits')
  .transform((text) => BigInt(text))
  .refine((value) => value < 2n ** 256n, 'expected at most 2^256 - 1');

/** A whole number that fits into a double. */
export const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number);

/** A whole number, undefined where there is none. */
export const optionalWhole = scalar.transform((value) =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined,
);

/** An integer amount, undefined where there is none or only a rounded form. */
export const optionalUint256 = scalar.transform((value) => uint256.safeParse(value).data);

/** An address in lower case. */
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address')
  .transform((text) => text.toLowerCase());

/** A hash in lower case. */
export const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'expected a hash of 32 bytes')
  .transform((text) => text.toLowerCase());

/** A hash, null where there is none. */
export const optionalHash = hash.nullish().transform((value) => value ?? null);

/** Time in milliseconds, from ISO text or from seconds. */
export const time = z.string().transform((text, context) => {
  const ms = /^\d{1,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'expected an instant' });
  return z.NEVER;
});

/** A price or volume of 0 or more, rounded once to 8 places from its own text, which may have an exponent. */
export const decimal8 = z.string().transform((text, context) => {
  const [, digits, fraction = '', exponent = '0'] =
    /^(\d{1,80})(?:\.(\d{1,80}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text) ?? [];
  const shift = Number(exponent) - fraction.length;
  if (digits !== undefined && Math.abs(shift) <= 200) {
    const unscaled = BigInt(digits + fraction);
    const units =
      shift >= 0
        ? divideRounded(unscaled * 10n ** BigInt(shift), 1n, 8)
        : divideRounded(unscaled, 10n ** BigInt(-shift), 8);
    return formatUnits(units, 8);
  }
  context.addIssue({ code: 'custom', message: 'expected a decimal number of 0 or more' });
  return z.NEVER;
});
