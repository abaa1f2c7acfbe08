/** Refusals of custom hostnames (§6.3): the codes are known, their texts are [U]. */
import { type ApiError, notFound, refusal } from '../api-error.ts';

export const saasNotGranted = (): ApiError =>
  refusal(403, 1404, 'No quota has been allocated for this zone. Cloudflare for SaaS is not enabled.');
export const saasQuotaExceeded = (): ApiError =>
  refusal(403, 1405, 'The custom hostname quota of this zone has been exceeded');
export const duplicateHostname = (): ApiError => refusal(409, 1406, 'Duplicate custom hostname found');
export const invalidHostname = (): ApiError =>
  refusal(400, 1407, 'Invalid custom hostname. Custom hostnames must be valid host names.', '/hostname');
export const prohibitedHostname = (): ApiError =>
  refusal(400, 1411, 'This hostname is prohibited as a custom hostname', '/hostname');
export const metadataNotGranted = (): ApiError =>
  refusal(403, 1413, 'No access to custom metadata has been granted for this zone');
export const sniNotGranted = (): ApiError =>
  refusal(403, 1414, 'No access to a custom origin SNI has been granted for this zone');
export const originWithoutRecord = (origin: string): ApiError =>
  refusal(400, 1421, `The origin ${origin} has no DNS record in this zone`);
export const fallbackNotFound = (): ApiError => notFound(1431, 'No fallback origin is set for this zone');
export const invalidMethod = (): ApiError =>
  refusal(400, 1432, 'The validation method must be http, txt or email', '/ssl/method');
export const invalidType = (): ApiError =>
  refusal(400, 1433, 'The type of the certificate must be dv', '/ssl/type');
export const hostnameNotFound = (): ApiError => notFound(1436, 'The custom hostname was not found');
/** [U] code */
export const invalidHostnameField = (pointer: string): ApiError =>
  refusal(400, 1434, `Invalid value at ${pointer}`, pointer);
/** [U] code and text; Enterprise zones may bring certificates of their own. */
export const broughtNotGranted = (): ApiError =>
  refusal(403, 1412, 'No access to custom certificates for custom hostnames has been granted for this zone');
/** [U] code and text */
export const pairInvalid = (pointer: string): ApiError =>
  refusal(400, 1435, 'A bundle must have one RSA and one ECDSA certificate', pointer);
/** [U] code and text */
export const hostnameCertificateNotFound = (): ApiError =>
  notFound(1438, 'The custom hostname has no such certificate');
/** [U] code and text */
export const kindMismatch = (): ApiError =>
  refusal(400, 1439, 'An RSA certificate is replaced by an RSA one only, an ECDSA by an ECDSA one');
/** [U] code and text */
export const lastCertificate = (): ApiError =>
  refusal(400, 1440, 'The only certificate of a pack cannot be deleted');
