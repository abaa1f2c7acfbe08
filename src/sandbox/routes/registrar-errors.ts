/**
 * Refusals of the registrar (§7.6). All but search and check have code 10000 and point at a field; texts are as
 * documented where the fact sheet has them. HTTP statuses within 4xx, and texts marked so, are [U].
 */
import { ApiError, type ApiMessage, refusal } from '../api-error.ts';

const CODE = 10000;

function refused(message: string, pointer?: string, status = 400): ApiError {
  return refusal(status, CODE, message, pointer);
}

export const queryMissing = (): ApiError => refusal(400, 1001, 'Missing required parameter: q');
export const queryTooLong = (): ApiError => refusal(400, 1002, 'Parameter q is too long');
export const noDomains = (): ApiError => refusal(400, 1006, 'The domains list must not be empty');
export const tooManyDomains = (): ApiError => refusal(400, 1007, 'At most 20 domains can be checked at once');
export const noValidDomains = (): ApiError => refusal(400, 1008, 'None of the domains is valid');

export const domainNameMissing = (): ApiError => refused('domain_name is required', '/domain_name');
/** [U] */
export const domainNameInvalid = (): ApiError => refused('Invalid domain name', '/domain_name');
export const notBoolean = (pointer: string): ApiError => refused('Must be a boolean', pointer);
/** [U] */
export const autoRenewMissing = (): ApiError => refused('auto_renew is required', '/auto_renew');
export const noContact = (): ApiError =>
  refused(
    'No registrant contact provided and no default address book entry found for this account.',
    '/contacts',
  );
export const invalidContact = (message: string, pointer: string): ApiError => refused(message, pointer);
export const extensionRefused = (): ApiError =>
  refused('Registration is not supported for this extension', '/domain_name');
export const extensionNotInApi = (): ApiError => refused('TLD Not supported by the API', '/domain_name');
/** [U] */
export const extensionUnknown = (): ApiError => refused('Extension not found', '/extension', 404);
export const domainNotFound = (): ApiError => refused('Domain not found', undefined, 404);
export const noWorkflow = (domain: string): ApiError =>
  refused(`No workflow found for ${domain}`, undefined, 404);
export const invalidCursor = (): ApiError => refused('Invalid pagination cursor', '/cursor');
export const workflowExists = (): ApiError =>
  refused('A workflow already exists for this resource. Wait for it to complete.', '/domain_name', 409);
export const duplicateDomain = (): ApiError => refused('Duplicate domain name', '/domain_name', 409);
/** [U] */
export const domainUnavailable = (): ApiError =>
  refused('Domain is not available for registration', '/domain_name');
/** [U] */
export const domainPremium = (): ApiError =>
  refused('Premium domain registration is not supported by this API', '/domain_name');
/** [U] */
export const invalidYears = (min: number, max: number): ApiError =>
  refused(`Must be between ${min} and ${max}`, '/years');
/** [U] */
export const invalidPrivacy = (): ApiError => refused('Must be one of redaction, off', '/privacy_mode');
/** [U] */
export const invalidExtensionField = (name: string): ApiError =>
  refused(`${name} is required for this extension`, `/contact_extensions/${name}`);
/** [U] */
export const noPaymentMethod = (): ApiError =>
  refused('No default payment method found for this account.', undefined, 402);
export const domainLimit = (max: number): ApiError =>
  refused(`Domain limit reached: you cannot register more than ${max} domains.`);
/** [U] but for "temporarily blocked". */
export const temporarilyBlocked = (): ApiError =>
  refused('Registration is temporarily blocked. Try again later.', undefined, 403);
/** [U] */
export const transferRefused = (reason: string, pointer: string): ApiError =>
  refused(`Domain cannot be transferred: ${reason}`, pointer);
/** [U] */
export const tooManyTransferChecks = (): ApiError =>
  refused('At most 10 domains can be checked at once', '/domains');
/** [U] One per domain whose check did not work. */
export const checkFailed = (domain: string, index: number): ApiMessage => ({
  code: CODE,
  message: `Transfer check failed for ${domain}`,
  source: { pointer: `/domains/${index}` },
});
export const allChecksFailed = (errors: readonly ApiMessage[]): ApiError => new ApiError(503, errors);
