/**
 * What `http/`, `cli/` and the package's entry (`src/index.ts`) import of the rooms below `app/`, and the small things
 * of `app/` itself: the types that the facade (`open-zoneward.ts`) speaks, and the pure helpers for reading input and
 * showing results. Those rooms may import from `app/` only, so what they need from deeper is passed on here, by name.
 */

export type { ErrorKind } from '../base/errors.ts';
export { isZonewardError, ZonewardError } from '../base/errors.ts';
export type { AccountId, ChangeSetId, ConnectionId, RecordId, ZoneId } from '../base/ids.ts';
export type { JsonObject } from '../base/json.ts';
export type { Problem, SourcePosition } from '../base/problem.ts';
export { formatPosition, hasErrors, InvalidInputError } from '../base/problem.ts';
export { Secret } from '../base/secret.ts';
export type { BudgetWait } from '../cloudflare/budget-gate.ts';
export type { FieldName } from '../dns/changed-fields.ts';
export { changedFields } from '../dns/changed-fields.ts';
export type { SourceFormat } from '../dns/detect-source.ts';
export type { LiveRecord } from '../dns/live-record.ts';
export type { DomainName } from '../dns/name.ts';
export { compareNames, formatRelative, toUnicode } from '../dns/name.ts';
export { formatRdata, parseRdata, parseRecordType } from '../dns/rdata-text.ts';
export type { RecordFields, Ttl } from '../dns/record.ts';
export { typeOf } from '../dns/record.ts';
export type { IdempotentRequest, KeptAnswer } from '../domains/access/idempotency.ts';
export {
  type ApiKey,
  hasScope,
  isUnlimited,
  type KeyReach,
  SCOPES,
  type Scope,
} from '../domains/access/model.ts';
export type { Session } from '../domains/access/sessions.ts';
export type { Checkpoint, TrailVerdict } from '../domains/audit/checkpoint.ts';
export type { AuditEvent } from '../domains/audit/model.ts';
export type { AuditFilter } from '../domains/audit/ports.ts';
export type { ApplyProgress, ZoneResult } from '../domains/changes/apply.ts';
export { heldGuards } from '../domains/changes/create-change-set.ts';
export type { ChangeSet, ChangeSetStatus, OperationOutcome } from '../domains/changes/model.ts';
export type { PlannedZone } from '../domains/changes/plan-change.ts';
export type { ChangePolicy, ScopedPolicy } from '../domains/changes/policy.ts';
export type { UndoConflict } from '../domains/changes/undo.ts';
export type { Brand, ConnectSession } from '../domains/connect/model.ts';
export type { MadeConnectSession } from '../domains/connect/sessions.ts';
export { LASTS_MAX_MS, LASTS_MIN_MS, stateOf as connectSessionState } from '../domains/connect/sessions.ts';
export type { Added } from '../domains/connections/add-connection.ts';
export type { ImportedLine } from '../domains/connections/import-connections.ts';
export type {
  Capability,
  CapabilityFinding,
  CapabilitySet,
  Connection,
  ConnectionState,
  Credential,
  CredentialKind,
  Profile,
  RotationStep,
} from '../domains/connections/model.ts';
export { CAPABILITIES, DEFAULT_LABEL } from '../domains/connections/model.ts';
export {
  type CredentialInput,
  type CredentialParts,
  credentialFromEnvironment,
  ENVIRONMENT_NAMES,
  type FieldNames,
  FLAG_NAMES,
  parseCredential,
} from '../domains/connections/parse-credential.ts';
export { DASHBOARD_NAMES, formatGap } from '../domains/connections/profile.ts';
export type { TestReport, TestStep } from '../domains/connections/test-report.ts';
export type { TokenLink } from '../domains/connections/token-link.ts';
export { hasEnded, type Job, type JobState } from '../domains/jobs/model.ts';
export type { JobRunner } from '../domains/jobs/run-jobs.ts';
export type { ErasureCertificate } from '../domains/offboarding/certificate.ts';
export type { PreparedErasure } from '../domains/offboarding/erase-tenant.ts';
export type { ExportManifest, ExportPart } from '../domains/offboarding/export-tenant.ts';
export type { Provisioning, Step } from '../domains/provisioning/model.ts';
export { holdingStep } from '../domains/provisioning/model.ts';
export type { ExpiryEntry } from '../domains/registrar/calendar.ts';
export {
  contactsGiven,
  type DomainOffer,
  type Extension,
  hasEnded as hasPurchaseEnded,
  type Purchase,
  type PurchaseId,
  type PurchaseOrder,
  type Registration,
  type SpendLimit,
  type TransferOffer,
} from '../domains/registrar/model.ts';
export { explainOffer } from '../domains/registrar/offer.ts';
export { explainTransfer } from '../domains/registrar/transfer.ts';
export {
  certificateICalendar,
  inOrder as calendarInOrder,
  type TlsCalendar,
} from '../domains/tls/calendar.ts';
export type { DnssecView } from '../domains/tls/dnssec.ts';
export { type DnssecProgress, dnssecToJson } from '../domains/tls/dnssec-memory.ts';
export type {
  CertificatePack,
  CustomCertificate,
  CustomHostname,
  FallbackOrigin,
  OriginCertificate,
  OriginPullCertificate,
  Proof,
  Quota,
} from '../domains/tls/model.ts';
export { proofText } from '../domains/tls/model.ts';
export { checkCertificate } from '../domains/tls/objects/check-certificate.ts';
export type { TlsFinding } from '../domains/tls/tls-report.ts';
export type { SettingConflict } from '../domains/tls/undo-settings.ts';
export type { Gauges } from '../domains/usage/gauges.ts';
export type { ApiCall, UsageBucket, UsageSummary } from '../domains/usage/ports.ts';
export {
  isFine,
  isVerified,
  type RecordVerdict,
  type Verification,
} from '../domains/verify/model.ts';
export { EVENT_TYPES, type EventField, type EventType, TEST_TYPE } from '../domains/webhooks/catalogue.ts';
export type {
  Delivery,
  DeliveryState,
  WebhookEndpoint,
} from '../domains/webhooks/model.ts';
export type { Discovery } from '../domains/zones/discover-zones.ts';
export type { DriftEntry, ZoneDrift } from '../domains/zones/drift.ts';
export type { Findings, FindPlace, FoundInZone } from '../domains/zones/find-records.ts';
export type { Moment, RecordChapter, RecordLife } from '../domains/zones/history.ts';
export type { InventorySettings, WatchRule } from '../domains/zones/inventory-settings.ts';
export { formatFreshness } from '../domains/zones/known-zone.ts';
export type { ZoneFilter, ZoneOrder } from '../domains/zones/list-ports.ts';
export type {
  Freshness,
  MirrorRecord,
  Revision,
  RevisionOrigin,
  Zone,
  ZoneStatus,
} from '../domains/zones/model.ts';
export type { Coverage, RecordQuery } from '../domains/zones/ports.ts';
export type { RecordDifference } from '../domains/zones/record-diff.ts';
export type { RoundReport } from '../domains/zones/signals/round.ts';
export type { SyncAllOutcome, SyncProgress } from '../domains/zones/sync-all.ts';
export type { ZoneAdvice } from '../domains/zones/zone-advice.ts';
export { BASELINE_NAMES, type BaselineName } from '../plan/baselines.ts';
export type { Change, ChangeGroup } from '../plan/change.ts';
export { formatMoney, type Money } from '../plan/money.ts';
export { compilePatterns } from '../plan/name-pattern.ts';
export type { GuardFinding, ZonePlan } from '../plan/plan.ts';
export { formatPlanFile } from '../plan/plan-file.ts';
export { type PlanJson, planToJson } from '../plan/render-json.ts';
export { renderMarkdown } from '../plan/render-markdown.ts';
export { type Paint as PlanPaint, renderText } from '../plan/render-text.ts';
export type { SettingDomain } from '../plan/setting-domain.ts';
export { settingText } from '../plan/setting-text.ts';
export { SETTINGS } from '../plan/settings-catalogue.ts';
export { changeCount, changesAnything, totalChanges } from '../plan/summarize-plans.ts';
export { groupsOf, variablesOf } from '../plan/templates/render-template.ts';
export {
  type Template,
  type TemplateInstance,
  templateKey,
  templateTitle,
} from '../plan/templates/template.ts';
export type { BulkReport, BulkWish } from './bulk-provision.ts';
export { REFRESH_CALLS } from './call-prices.ts';
export { CLOUDFLARE_BASE_URL } from './config.ts';
export { type ConnectVisit, forVisitor, reportForVisitor } from './connect-sessions.ts';
export type { RecordSelection, RecordSet, RecordText } from './edit-records.ts';
export { EXPORT_FORMATS, type ExportFormat } from './export-format.ts';
export type { JobRequest } from './jobs.ts';
export type { PlannedProofs } from './object-plans.ts';
export { refuseInnerResolvers } from './open-resolvers.ts';
export { storePlanned } from './plan-job.ts';
export { type PlanRequest, planRequested } from './plan-request.ts';
export { cloudflareOf, shownDetails } from './shown-details.ts';
export { makeSigningRequest } from './signing-request.ts';
export type { StagedChange } from './staged-changes.ts';
export type { WorkerEvent } from './sweeper.ts';
export type { TemplateFile } from './template-files.ts';
export type {
  CertificateInput,
  ZoneCertificates,
} from './tenant-certificates.ts';
export type { Applied, ApplyRequest, ChangeDetails } from './tenant-changes.ts';
export type { NewConnectionInput } from './tenant-connections.ts';
export type { ListedHostname, ZoneHostnames } from './tenant-hostnames.ts';
export type { RoundState } from './tenant-inventory.ts';
export type { Planned } from './tenant-plans.ts';
export type { NamedPolicy } from './tenant-policies.ts';
export type { ProvisionInput, ProvisionTemplate } from './tenant-provisioning.ts';
export type { RotationView } from './tenant-rotations.ts';
export type { AppliedTemplate, TemplateReference, TemplateRequest } from './tenant-templates.ts';
export {
  type SettingsWish,
  type TlsOverview,
  type TlsView,
  tlsToJson,
  type ZoneSetting,
} from './tenant-tls.ts';
export type { VerifyRequest } from './tenant-verify.ts';
export type { ZonePausing } from './tenant-zone-life.ts';
export { keysByHash, keysForChangeSet, needsPrivateKey } from './upload-keys.ts';
export type { KeyStatus, VaultKeys } from './vault-admin.ts';
export { VERSION } from './version.ts';
export type { SweepReport } from './worker.ts';
