import { Cron } from 'croner';
import { z } from 'zod';

/** A whole number within bounds. */
export const whole = (min: number, max = 2_147_483_647) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);
/** `on` or `off`. */
export const onOff = z.enum(['on', 'off'], 'expected on or off').transform((value) => value === 'on');
/** A URL of one of the protocols, separated by `|`. */
export const url = (protocols: string) =>
  z
    .string()
    .refine(
      (text) => new RegExp(`^(${protocols})://.+`).test(text),
      `expected a URL that starts with ${protocols.replaceAll('|', ':// or ')}://`,
    );
/** One or more http URLs. */
export const urlList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (list) => list.every((part) => /^https?:\/\/[^\s]+$/.test(part) && isReadable(part)),
    'expected http:// or https:// URLs, comma separated, with a % of a name or password written %25',
  );
/** False for what no URL is, and for a name or password that cannot be decoded. */
function isReadable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(`${username}${password}`);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** A 20-byte address, in lower case. */
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address: 0x and 40 hex digits')
  .transform((text) => text.toLowerCase());
/** A cron pattern that the scheduler can read, or `off`. */
export const schedule = z.string().superRefine((text, context) => {
  if (text === 'off') return;
  const expected = 'expected a cron pattern of 5 or 6 fields, or off';
  if (!/^(\S+\s+){4,5}\S+$/.test(text)) return context.addIssue({ code: 'custom', message: expected });
  try {
    new Cron(text, { paused: true }).stop();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: 'custom', message: `${expected}: ${reason}` });
  }
});
/** Bands of holders with their lowest shares. */
export const bands = z
  .string()
  .regex(
    /^[a-z]\w*:\d+(\.\d+)?(,[a-z]\w*:\d+(\.\d+)?)*$/i,
    'expected name:percent pairs, such as whale:1,large:0.1,small:0',
  )
  .transform((text) =>
    text.split(',').map((part) => ({ name: part.split(':')[0] ?? '', minShare: part.split(':')[1] ?? '' })),
  )
  .refine(
    (list) =>
      list.every((band, i) => i === 0 || Number(band.minShare) < Number(list[i - 1]?.minShare)) &&
      Number(list.at(-1)?.minShare) === 0,
    'expected falling edges that end with 0',
  );
