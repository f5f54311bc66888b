import { MongoError } from '../errors.js';

/** Compiles `$regex` with `$options` (i, m, s) or a BSON pattern to a RegExp without state. */
export function compilePattern(pattern: unknown, options?: unknown): RegExp {
  const { source, flags } = partsOf(pattern);
  if (options !== undefined && typeof options !== 'string')
    throw new MongoError('BadValue', '$options has to be a string');
  const wanted = [...new Set(options ?? flags)].filter((flag) => flag !== 'u' && flag !== 'g').join('');
  if (/[^ims]/.test(wanted)) {
    throw new MongoError('BadValue', `Regular expression options i, m and s are supported, got '${wanted}'`);
  }
  try {
    return new RegExp(source, `${wanted}u`);
  } catch {
    // Perl allows more escapes than JavaScript's strict mode, such as \- outside a class.
    return compileLoosely(source, wanted);
  }
}

function compileLoosely(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new MongoError('Location51091', `Regular expression is invalid: ${String(error)}`);
  }
}

function partsOf(pattern: unknown): { source: string; flags: string } {
  if (typeof pattern === 'string') return { source: pattern, flags: '' };
  if (pattern instanceof RegExp) return { source: pattern.source, flags: pattern.flags };
  const boxed = pattern as { _bsontype?: string; pattern: string; options: string };
  if (boxed?._bsontype === 'BSONRegExp') return { source: boxed.pattern, flags: boxed.options };
  throw new MongoError('BadValue', '$regex has to be a string');
}
