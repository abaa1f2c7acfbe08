/**
 * Writes single values of YAML so that YAML 1.2 and the 1.1 readers still in use (PyYAML) read the same text.
 */
import { isIpv4 } from './ip-address.ts';

/** Begins with a letter, digit or `_`, and holds nothing that is syntax anywhere. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/;
/** What some reader takes for a number or a date. */
const NUMBER_LIKE = /^[\d+-][\d_.,+\-eExXoO]*$|^0[xX][\da-fA-F_]+$|^\d[\d_]*(\.[\d_]*)?[eE]?$/;
/** What some reader takes for a truth value or nothing. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/** `text` bare where every reader takes it for that text, otherwise in double quotes. */
export function yamlText(text: string): string {
  if (isIpv4(text)) return text;
  if (PLAIN.test(text) && !NUMBER_LIKE.test(text) && !WORDS.test(text)) return text;
  return quotedYaml(text);
}

/** In double quotes. JSON's escapes are YAML's, too; what YAML does not allow bare is escaped as well. */
function quotedYaml(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
