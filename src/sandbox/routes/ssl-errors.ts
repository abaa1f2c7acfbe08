/** Refusals of edge and custom certificates (§6.2, §6.3). Codes 1450, 1467 and 1482 are known, the rest is [U]. */
import { type ApiError, notFound, refusal } from '../api-error.ts';

export const needsCertificateManager = (): ApiError =>
  refusal(403, 1450, 'Advanced Certificate Manager is required for this zone');
export const totalTlsUnchanged = (): ApiError => refusal(400, 1467, 'Total TLS settings were not changed');
export const totalTlsBusy = (): ApiError =>
  refusal(409, 1482, 'A Total TLS job is already running for this zone');

export const packNotFound = (): ApiError => notFound(1003, 'The requested certificate pack was not found');
export const packQuotaExceeded = (): ApiError =>
  refusal(403, 1402, 'The certificate pack quota of this zone is used up');
export const packNotRestartable = (): ApiError =>
  refusal(400, 1409, 'Validation can be restarted only after it has timed out');
export const packNotDeletable = (type: string): ApiError =>
  refusal(400, 1408, `Certificate packs of type ${type} cannot be deleted`);
export const invalidOrder = (message: string, pointer: string): ApiError =>
  refusal(400, 1410, message, pointer);

export const certificateNotFound = (): ApiError => notFound(1212, 'Custom certificate not found');
export const noCertificate = (): ApiError =>
  refusal(400, 1228, 'The certificate could not be read. It must be a PEM-encoded certificate.');
export const noPrivateKey = (): ApiError =>
  refusal(400, 1229, 'The private key could not be read. It must be an unencrypted PEM-encoded key.');
export const keyMismatch = (): ApiError =>
  refusal(400, 1208, 'The private key does not belong to the certificate');
export const certificateExpired = (): ApiError => refusal(400, 1206, 'The certificate has expired');
export const certificateForeign = (): ApiError =>
  refusal(400, 1209, 'The certificate is valid for no host name of this zone');
export const certificateQuotaExceeded = (): ApiError =>
  refusal(403, 1205, 'The custom certificate quota of this zone is used up');
export const invalidCertificateField = (field: string): ApiError =>
  refusal(400, 1004, `Invalid value for ${field}`, `/${field}`);
