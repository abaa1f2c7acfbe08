/** Connections as they go out: no field of them holds a secret. */
import { z } from '@hono/zod-openapi';
import { CAPABILITIES, type Connection, type TestReport } from '../../app/re-exports.ts';
import {
  count,
  inputProblem,
  isoTime,
  loose,
  maybeTime,
  orNull,
  page,
  texts,
  time,
  type View,
} from './common.ts';

const capabilitySet = z.strictObject({
  zoneId: z.string().nullable(),
  findings: z.array(
    z.strictObject({
      capability: z.enum(CAPABILITIES),
      verdict: z.enum(['yes', 'no', 'unknown']),
      evidence: z.string(),
    }),
  ),
});

export const connectionShape: z.ZodType = z
  .strictObject({
    id: z.string(),
    label: z.string(),
    kind: z.enum(['user-token', 'account-token', 'global-key']),
    accountId: z.string(),
    accountName: z.string().nullable(),
    zoneIds: texts,
    email: z.string().nullable(),
    profile: z.enum(['minimum', 'full']),
    state: z.string(),
    stateReason: z.string(),
    stateDetail: z.string(),
    next: texts,
    capabilities: z.array(capabilitySet),
    tags: texts,
    metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    expiresAt: maybeTime,
    testedAt: maybeTime,
    rotation: z.strictObject({ everyDays: z.int(), dueAt: maybeTime, lastRotatedAt: maybeTime }),
    createdAt: time,
    updatedAt: time,
    version: z.int(),
  })
  .openapi('Connection', { description: 'No field of it holds a secret' });

export const connectionPageShape: z.ZodType = page(connectionShape, 'ConnectionPage');

const testReport = z
  .looseObject({
    passed: z.boolean(),
    steps: z.array(loose),
    calls: count,
    durationMs: z.number(),
    testedAt: time,
  })
  .openapi('TestReport', {
    description: 'What was asked of Cloudflare, what came back, what it cost, what to do',
  });

export const reportShape: z.ZodType = testReport;
export const testedShape: z.ZodType = z
  .strictObject({ connection: connectionShape, report: orNull(testReport) })
  .openapi('TestedConnection');

export const addedShape: z.ZodType = z
  .strictObject({
    connection: connectionShape,
    report: orNull(testReport),
    warnings: z.array(inputProblem),
  })
  .openapi('AddedConnection');

export const removedShape: z.ZodType = z
  .strictObject({ connection: connectionShape, next: texts })
  .openapi('RemovedConnection');

export const tokenLinkShape: z.ZodType = z
  .strictObject({
    link: z
      .strictObject({ userUrl: z.string(), accountUrl: z.string(), rights: texts, instructions: texts })
      .nullable()
      .openapi({ description: 'Null when no right is missing' }),
  })
  .openapi('TokenLink');

export function connectionView(connection: Connection): View {
  const { fingerprint: _, tenantId: __, secretSource: ___, tokenId: ____, rotation, ...shown } = connection;
  return {
    ...shown,
    rotation: {
      everyDays: rotation.everyDays,
      dueAt: isoTime(rotation.dueAt),
      lastRotatedAt: isoTime(rotation.lastRotatedAt),
    },
    expiresAt: isoTime(connection.expiresAt),
    testedAt: isoTime(connection.testedAt),
    createdAt: isoTime(connection.createdAt),
    updatedAt: isoTime(connection.updatedAt),
  };
}

export function reportView(report: TestReport | null): View | null {
  return report === null ? null : { ...report, testedAt: isoTime(report.testedAt) };
}

export const importShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z.strictObject({
        line: count,
        label: z.string().optional(),
        outcome: z
          .enum(['added', 'present', 'failed'])
          .openapi({ description: '`present`: this credential is saved already for this account' }),
        connectionId: z.string().nullable(),
        state: z.string().nullable(),
        problems: z.array(loose),
      }),
    ),
  })
  .openapi('ImportedConnections');
