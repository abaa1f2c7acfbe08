/** Every endpoint of the API. What is not in this table does not exist: routes, document and client come from it. */
import type { Endpoint } from './endpoint.ts';
import { ACCOUNT_ENDPOINTS } from './routes/account.ts';
import { CHANGE_ENDPOINTS } from './routes/changes.ts';
import { CONNECTION_ENDPOINTS } from './routes/connections.ts';
import { ZONE_ENDPOINTS } from './routes/zones.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  ...CONNECTION_ENDPOINTS,
  ...ZONE_ENDPOINTS,
  ...CHANGE_ENDPOINTS,
  ...ACCOUNT_ENDPOINTS,
];
