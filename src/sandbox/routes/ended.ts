/**
 * Endpoints past their end date: they exist in old clients, and answer as ended with any good credential. What the
 * real API answers now is [U] (404, 410 and 400 are all possible): one refusal here, easy to change.
 */
import { type ApiError, refusal } from '../api-error.ts';
import type { Call, Method, Route } from '../http/call.ts';

/** [U] */
const ENDED_STATUS = 410;
/** [U] */
const ENDED_CODE = 10410;

const endedRefusal = (successor: string): ApiError =>
  refusal(ENDED_STATUS, ENDED_CODE, `This endpoint is no longer available. Use ${successor} instead.`);

function ended(method: Method, path: string, successor: string): Route {
  return {
    method,
    path,
    needs: { scope: 'any' },
    run: (_call: Call) => {
      throw endedRefusal(successor);
    },
  };
}

const SETTINGS = '/zones/{zone_id}/settings';
const ONE_SETTING = 'GET and PATCH /zones/{zone_id}/settings/{setting_id}';
const DOMAINS = '/accounts/{account_id}/registrar/domains';
const REGISTRATIONS = '/accounts/{account_id}/registrar/registrations';

export const endedRoutes: readonly Route[] = [
  // End 2026-09-15.
  ended('GET', SETTINGS, ONE_SETTING),
  ended('PATCH', SETTINGS, ONE_SETTING),
  // End 2026-09-27.
  ended('GET', DOMAINS, REGISTRATIONS),
  ended('GET', `${DOMAINS}/{domain}`, REGISTRATIONS),
  ended('PUT', `${DOMAINS}/{domain}`, REGISTRATIONS),
];
