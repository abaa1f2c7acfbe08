/**
 * The refusals of the records family (§4.8 of the fact sheet). Codes and texts without a mark are as recorded or
 * documented; [U] marks what is inferred.
 */
import { type ApiError, refusal } from '../api-error.ts';

const SAME_NAME_PAGE =
  '<https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/>';

export const identicalExists = (): ApiError => refusal(400, 81058, 'An identical record already exists.');

export const hostExists = (): ApiError =>
  refusal(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.');

export const cnameExists = (): ApiError =>
  refusal(
    400,
    81054,
    `A CNAME record with that host already exists. For more details, refer to ${SAME_NAME_PAGE}.`,
  );

/** [U] text */
export const nsConflict = (): ApiError => refusal(400, 81056, 'NS records with that host already exist.');

/** [U] text and code */
export const dsNeedsNs = (): ApiError =>
  refusal(400, 81059, 'DS records require an NS record with the same name; delete the DS record first.');

export const recordMissing = (): ApiError => refusal(404, 81044, 'Record does not exist.');

/** [U] code */
export const quotaExceeded = (): ApiError => refusal(400, 81045, 'Record quota exceeded.');

export const invalidName = (): ApiError => refusal(400, 9000, 'DNS name is invalid.');

export const proxyTargetRefused = (target: string): ApiError =>
  refusal(400, 9003, `Target ${target} is not allowed for a proxied record.`);

/** Code of the sheet, text [U]; older answers had 9004 "This record type cannot be proxied.". */
export const notProxiable = (): ApiError =>
  refusal(400, 9041, 'This DNS record cannot be proxied - click the cloud icon to turn it gray to proceed.');

const CONTENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  A: [9005, 'Content for A record must be a valid IPv4 address.'],
  AAAA: [9006, 'Content for AAAA record must be a valid IPv6 address.'],
  // [U] from here on.
  CNAME: [9007, 'Content for CNAME record is invalid.'],
  MX: [9009, 'Content for MX record is invalid.'],
  NS: [9008, 'Content for NS record is invalid.'],
  TXT: [9100, 'Content for TXT record is invalid.'],
};

export function invalidContent(type: string): ApiError {
  const [code, message] = CONTENT_ERRORS[type] ?? [9101, `Content for ${type} record is invalid.`];
  return refusal(400, code, message);
}

export const tooLong = (): ApiError =>
  refusal(400, 9015, 'Record content exceeds the allowed length of 4096 wire format bytes.');

export const combinedTooLong = (): ApiError =>
  refusal(400, 83011, 'Combined content length of records with this name and type is too long.');

export const invalidTtl = (minSeconds: number, maxSeconds: number): ApiError =>
  refusal(
    400,
    9021,
    `Invalid TTL. Must be between ${minSeconds} and ${maxSeconds} seconds, or 1 for Automatic.`,
  );

export const tooManyTags = (count: number, quota: number): ApiError =>
  refusal(400, 9300, `DNS record has ${count} tags, exceeding the quota of ${quota}.`);

/** [U] code and text */
export const invalidTag = (tag: string): ApiError => refusal(400, 9301, `DNS record tag ${tag} is invalid.`);

export const commentTooLong = (max: number): ApiError =>
  refusal(400, 9313, `DNS record comment exceeds the maximum length of ${max} characters.`);

/** [U] code and text */
export const commentNotOneLine = (): ApiError =>
  refusal(400, 9314, 'DNS record comment must be a single line of text.');

/** [U] code */
export const missingField = (field: string): ApiError => refusal(400, 9101, `${field} is a required field.`);

/** [U] code and text */
export const invalidField = (field: string, reason = 'is invalid'): ApiError =>
  refusal(400, 9102, `${field} ${reason}.`);

/** [U] code and text; SPF and SOA are answered so too. */
export const invalidType = (): ApiError => refusal(400, 9020, 'Invalid DNS record type.');

/** Ended on 2026-06-30; code and text [U]. */
export const typeChangeRefused = (): ApiError =>
  refusal(
    400,
    10021,
    'The type of a DNS record cannot be changed. Delete the record and create a new one.',
    '/type',
  );

/** Code [U]. */
export const addressFamilyNotAvailable = (): ApiError =>
  refusal(400, 9044, 'The IPv4 Only and IPv6 Only settings are not available to this zone.');

/** [U] */
export const flatteningNotAvailable = (): ApiError =>
  refusal(400, 9045, 'CNAME flattening of this record is not available to this zone.');

/** [U] code and text */
export const batchTooLarge = (max: number): ApiError =>
  refusal(400, 81060, `Batch exceeds the maximum of ${max} operations.`);

/** [U] code and text */
export const importTooLarge = (): ApiError =>
  refusal(400, 9207, 'The import file exceeds the maximum size of 256 KiB.');

/** [U] code and text */
export const importInvalid = (line: number, reason: string): ApiError =>
  refusal(400, 9208, `Invalid zone file at line ${line}: ${reason}`);

/** [U] code and text */
export const dnskeyNotAvailable = (): ApiError =>
  refusal(400, 9046, 'DNSKEY records need multi-signer DNSSEC on this zone.');
