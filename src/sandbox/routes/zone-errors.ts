/** Refusals of the zones family (§3.4 of the fact sheet); [U] marks what is inferred. */
import { type ApiError, refusal } from '../api-error.ts';

export const zoneExists = (name: string): ApiError => refusal(400, 1061, `${name} already exists`);

export const permissionDenied = (): ApiError => refusal(400, 1068, 'Permission denied');

/** A subdomain was given. Text as reported with this code. */
export const notRegistrable = (name: string): ApiError =>
  refusal(
    400,
    1099,
    `We were unable to identify ${name} as a registered domain. Please ensure you are providing the root domain ` +
      'and not any subdomains (e.g., example.com, not subdomain.example.com)',
  );

export const invalidZoneName = (name: string): ApiError =>
  refusal(400, 1049, `${name} is not a registered domain`);

/** [U] code and text */
export const onePropertyOnly = (): ApiError =>
  refusal(400, 1018, 'Only one zone property can be changed at a time');

/** [U] code and text */
export const planNotEntitled = (what: string): ApiError =>
  refusal(400, 1005, `Your plan does not allow ${what} for this zone`);

/** [U] code and text */
export const checkTooEarly = (seconds: number): ApiError =>
  refusal(400, 1224, `You may only perform this action once every ${seconds} seconds`);

/** [U] code and text */
export const invalidZoneField = (field: string): ApiError => refusal(400, 1004, `Invalid value for ${field}`);

/** [U] code and text */
export const zoneHeld = (name: string): ApiError =>
  refusal(400, 1110, `${name} is on hold in another account and cannot be added`);
