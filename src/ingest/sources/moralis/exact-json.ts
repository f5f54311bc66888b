/**
 * Parses JSON with every number as the text it was written as, so that no amount and no price ever passes through a float.
 * (JSON.parse gives the source text of numbers only from Node 21 on.) Throws SyntaxError for what is not JSON.
 */
export function parseExactJson(text: string): unknown {
  JSON.parse(text);
  return JSON.parse(text.replace(stringOrNumber, (match) => (match.startsWith('"') ? match : `"${match}"`)));
}

/** Strings come first in the alternation, so that digits inside of them are left alone. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
