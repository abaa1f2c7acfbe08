/** What others do meanwhile: edits from the dashboard, with their audit entries. */
import type { RequestEntry } from '../http/request-log.ts';
import { newRay, newUuid7 } from '../ids.ts';
import { type BatchResult, runBatch } from '../records/batch.ts';
import type { RecordBody } from '../records/build.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';

/** Runs a batch body as the dashboard would; costs nobody's budget and is in no request log. */
export function foreignEdit(world: World, zone: Zone, body: RecordBody): BatchResult {
  const result = runBatch(world, zone, body);
  const note = (action: 'create' | 'update' | 'delete', entries: BatchResult['posts']): void => {
    for (const { record } of entries) {
      const atMs = world.clock.now();
      world.audit.add({
        id: newUuid7(atMs),
        at: world.clock.stamp(),
        atMs,
        result: 'success',
        action,
        actor: {
          type: 'user',
          context: 'dash',
          id: FOREIGN_USER_ID,
          email: 'colleague@example.com',
          ip: '192.0.2.10',
        },
        product: 'dns_records',
        resourceType: 'dns.record',
        resourceId: record.id,
        accountId: zone.accountId,
        zoneId: zone.id,
        zoneName: zone.name,
        ...(action === 'delete' ? { before: record } : { after: record }),
        raw: { method: METHODS[action], uri: `/zones/${zone.id}/dns_records`, status: 200, ray: newRay() },
      });
    }
  };
  note('delete', result.deletes);
  note('update', [...result.patches, ...result.puts]);
  note('create', result.posts);
  return result;
}

const METHODS = { create: 'POST', update: 'PATCH', delete: 'DELETE' } as const;
const FOREIGN_USER_ID = 'f0000000000000000000000000000001';

/** Makes the next page of a list overlap with, or skip, the one just served. */
export function shiftList(world: World, zone: Zone, how: 'insert' | 'delete', seen: RequestEntry): void {
  if (how === 'delete') {
    const [first] = zone.records.sorted();
    if (first !== undefined) foreignEdit(world, zone, { deletes: [{ id: first.record.id }] });
    return;
  }
  const name = `0-shift-${seen.number}`;
  foreignEdit(world, zone, { posts: [{ type: 'A', name, content: '192.0.2.254', ttl: 300 }] });
}
