/**
 * Every route of Cloudflare's API that we call, with the type of its `result` as the official SDK declares it. A
 * new family begins here: add its lines, then call them with `api.call`.
 *
 * The types are claims, not checks: decoders read leniently what really came.
 */
import type { Account } from 'cloudflare/resources/accounts/accounts';
import type { AuditListResponse } from 'cloudflare/resources/accounts/logs/audit';
import type {
  TokenCreateResponse as AccountTokenCreateResponse,
  TokenVerifyResponse as AccountTokenVerifyResponse,
} from 'cloudflare/resources/accounts/tokens/tokens';
import type { TotalTLSEditResponse, TotalTLSGetResponse } from 'cloudflare/resources/acm/total-tls';
import type { CustomCertificate } from 'cloudflare/resources/custom-certificates/custom-certificates';
import type { CustomHostname } from 'cloudflare/resources/custom-hostnames/custom-hostnames';
import type { FallbackOriginGetResponse } from 'cloudflare/resources/custom-hostnames/fallback-origin';
import type { QuotaGetResponse as HostnameQuota } from 'cloudflare/resources/custom-hostnames/quota';
import type { DNSSEC } from 'cloudflare/resources/dns/dnssec';
import type { RecordBatchResponse, RecordResponse } from 'cloudflare/resources/dns/records';
import type { ZoneGetResponse as DNSSettings } from 'cloudflare/resources/dns/settings/zone';
import type { ZoneGetResponse as RecordUsage } from 'cloudflare/resources/dns/usage/zone';
import type {
  OriginCACertificate,
  OriginCACertificateDeleteResponse,
} from 'cloudflare/resources/origin-ca-certificates/origin-ca-certificates';
import type { HostnameCertificateGetResponse } from 'cloudflare/resources/origin-tls-client-auth/hostname-certificates';
import type { AuthenticatedOriginPull } from 'cloudflare/resources/origin-tls-client-auth/hostnames';
import type { SettingGetResponse as PullSettings } from 'cloudflare/resources/origin-tls-client-auth/settings';
import type { ZoneAuthenticatedOriginPull } from 'cloudflare/resources/origin-tls-client-auth/zone-certificates';
import type { ExtensionGetResponse, ExtensionListResponse } from 'cloudflare/resources/registrar/extensions';
import type {
  RegistrarCheckResponse,
  RegistrarSearchResponse,
  RegistrarTransferCheckResponse,
  Registration,
  WorkflowStatus,
} from 'cloudflare/resources/registrar/registrar';
import type { Token } from 'cloudflare/resources/shared';
import type {
  CertificatePackCreateResponse,
  CertificatePackDeleteResponse,
  CertificatePackEditResponse,
  CertificatePackListResponse,
} from 'cloudflare/resources/ssl/certificate-packs/certificate-packs';
import type { QuotaGetResponse as PackQuota } from 'cloudflare/resources/ssl/certificate-packs/quota';
import type { UniversalSSLSettings } from 'cloudflare/resources/ssl/universal/settings';
import type { PermissionGroupListResponse } from 'cloudflare/resources/user/tokens/permission-groups';
import type {
  TokenCreateResponse,
  TokenDeleteResponse,
  TokenVerifyResponse,
} from 'cloudflare/resources/user/tokens/tokens';
import type { UserGetResponse } from 'cloudflare/resources/user/user';
import type { SettingGetResponse } from 'cloudflare/resources/zones/settings';
import type { Zone } from 'cloudflare/resources/zones/zones';

/** `METHOD /path/{parameter}` → the type of the answer's `result`. */
export interface Routes {
  'GET /accounts': Account[];
  'GET /accounts/{account_id}/logs/audit': AuditListResponse[];
  'GET /accounts/{account_id}/registrar/domain-search': RegistrarSearchResponse;
  'POST /accounts/{account_id}/registrar/domain-check': RegistrarCheckResponse;
  'GET /accounts/{account_id}/registrar/registrations': Registration[];
  'POST /accounts/{account_id}/registrar/registrations': WorkflowStatus;
  'GET /accounts/{account_id}/registrar/registrations/{domain_name}': Registration;
  'PATCH /accounts/{account_id}/registrar/registrations/{domain_name}': WorkflowStatus;
  'GET /accounts/{account_id}/registrar/registrations/{domain_name}/registration-status': WorkflowStatus;
  'GET /accounts/{account_id}/registrar/registrations/{domain_name}/update-status': WorkflowStatus;
  'POST /accounts/{account_id}/registrar/domain-transfer-check': RegistrarTransferCheckResponse;
  'POST /accounts/{account_id}/registrar/registrations/{domain_name}/transfer-in': WorkflowStatus;
  'GET /accounts/{account_id}/registrar/registrations/{domain_name}/transfer-in-status': WorkflowStatus;
  'GET /accounts/{account_id}/registrar/extensions': ExtensionListResponse[];
  'GET /accounts/{account_id}/registrar/extensions/{extension}': ExtensionGetResponse;
  'GET /accounts/{account_id}/registrar-sandbox/domain-search': RegistrarSearchResponse;
  'POST /accounts/{account_id}/registrar-sandbox/domain-check': RegistrarCheckResponse;
  'GET /accounts/{account_id}/registrar-sandbox/registrations': Registration[];
  'POST /accounts/{account_id}/registrar-sandbox/registrations': WorkflowStatus;
  'GET /accounts/{account_id}/registrar-sandbox/registrations/{domain_name}': Registration;
  'PATCH /accounts/{account_id}/registrar-sandbox/registrations/{domain_name}': WorkflowStatus;
  'GET /accounts/{account_id}/registrar-sandbox/registrations/{domain_name}/registration-status': WorkflowStatus;
  'GET /accounts/{account_id}/registrar-sandbox/registrations/{domain_name}/update-status': WorkflowStatus;
  'GET /accounts/{account_id}/registrar-sandbox/extensions': ExtensionListResponse[];
  'GET /accounts/{account_id}/registrar-sandbox/extensions/{extension}': ExtensionGetResponse;
  'GET /accounts/{account_id}/tokens': Token[];
  'POST /accounts/{account_id}/tokens': AccountTokenCreateResponse;
  'GET /accounts/{account_id}/tokens/permission_groups': PermissionGroupListResponse[];
  'GET /accounts/{account_id}/tokens/verify': AccountTokenVerifyResponse;
  'GET /accounts/{account_id}/tokens/{token_id}': Token;
  'DELETE /accounts/{account_id}/tokens/{token_id}': TokenDeleteResponse | null;
  'GET /certificates': OriginCACertificate[];
  'POST /certificates': OriginCACertificate;
  'DELETE /certificates/{id}': OriginCACertificateDeleteResponse;
  'GET /user': UserGetResponse;
  'GET /user/tokens': Token[];
  'POST /user/tokens': TokenCreateResponse;
  'GET /user/tokens/permission_groups': PermissionGroupListResponse[];
  'GET /user/tokens/verify': TokenVerifyResponse;
  'GET /user/tokens/{token_id}': Token;
  'DELETE /user/tokens/{token_id}': TokenDeleteResponse | null;
  'GET /zones': Zone[];
  'POST /zones': Zone;
  'GET /zones/{zone_id}': Zone;
  'PATCH /zones/{zone_id}': Zone;
  'DELETE /zones/{zone_id}': { id: string };
  'PUT /zones/{zone_id}/activation_check': { id?: string };
  'GET /zones/{zone_id}/acm/total_tls': TotalTLSGetResponse;
  'POST /zones/{zone_id}/acm/total_tls': TotalTLSEditResponse;
  'GET /zones/{zone_id}/custom_certificates': CustomCertificate[];
  'POST /zones/{zone_id}/custom_certificates': CustomCertificate;
  'PUT /zones/{zone_id}/custom_certificates/prioritize': CustomCertificate[];
  'PATCH /zones/{zone_id}/custom_certificates/{id}': CustomCertificate;
  'DELETE /zones/{zone_id}/custom_certificates/{id}': { id?: string };
  'GET /zones/{zone_id}/custom_hostnames': CustomHostname[];
  'POST /zones/{zone_id}/custom_hostnames': CustomHostname;
  'GET /zones/{zone_id}/custom_hostnames/quota': HostnameQuota;
  'GET /zones/{zone_id}/custom_hostnames/fallback_origin': FallbackOriginGetResponse;
  'PUT /zones/{zone_id}/custom_hostnames/fallback_origin': FallbackOriginGetResponse;
  'DELETE /zones/{zone_id}/custom_hostnames/fallback_origin': FallbackOriginGetResponse;
  'PATCH /zones/{zone_id}/custom_hostnames/{id}': CustomHostname;
  'DELETE /zones/{zone_id}/custom_hostnames/{id}': { id?: string };
  'GET /zones/{zone_id}/dns_records': RecordResponse[];
  'POST /zones/{zone_id}/dns_records/batch': RecordBatchResponse;
  'GET /zones/{zone_id}/dns_records/usage': RecordUsage;
  'GET /zones/{zone_id}/dns_settings': DNSSettings;
  'PATCH /zones/{zone_id}/dns_settings': DNSSettings;
  'GET /zones/{zone_id}/dnssec': DNSSEC;
  'PATCH /zones/{zone_id}/dnssec': DNSSEC;
  'GET /zones/{zone_id}/settings/{setting_id}': SettingGetResponse;
  'PATCH /zones/{zone_id}/settings/{setting_id}': SettingGetResponse;
  'GET /zones/{zone_id}/origin_tls_client_auth': ZoneAuthenticatedOriginPull[];
  'POST /zones/{zone_id}/origin_tls_client_auth': ZoneAuthenticatedOriginPull;
  'GET /zones/{zone_id}/origin_tls_client_auth/settings': PullSettings;
  'PUT /zones/{zone_id}/origin_tls_client_auth/settings': PullSettings;
  'PUT /zones/{zone_id}/origin_tls_client_auth/hostnames': AuthenticatedOriginPull[];
  'GET /zones/{zone_id}/origin_tls_client_auth/hostnames/{hostname}': AuthenticatedOriginPull;
  'GET /zones/{zone_id}/origin_tls_client_auth/hostnames/certificates': HostnameCertificateGetResponse[];
  'POST /zones/{zone_id}/origin_tls_client_auth/hostnames/certificates': HostnameCertificateGetResponse;
  'DELETE /zones/{zone_id}/origin_tls_client_auth/hostnames/certificates/{id}': HostnameCertificateGetResponse;
  'DELETE /zones/{zone_id}/origin_tls_client_auth/{id}': ZoneAuthenticatedOriginPull;
  'GET /zones/{zone_id}/ssl/certificate_packs': CertificatePackListResponse[];
  'POST /zones/{zone_id}/ssl/certificate_packs/order': CertificatePackCreateResponse;
  'GET /zones/{zone_id}/ssl/certificate_packs/quota': PackQuota;
  'PATCH /zones/{zone_id}/ssl/certificate_packs/{id}': CertificatePackEditResponse;
  'DELETE /zones/{zone_id}/ssl/certificate_packs/{id}': CertificatePackDeleteResponse;
  'GET /zones/{zone_id}/ssl/universal/settings': UniversalSSLSettings;
  'PATCH /zones/{zone_id}/ssl/universal/settings': UniversalSSLSettings;
}

export type Route = keyof Routes;
