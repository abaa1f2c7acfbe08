/** A part of the suite in the browser: flows that share a rig, in a file, so that the parts run side by side. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findBrowser, type Rig, type RigOptions, startRig } from './rig.ts';

const executable = findBrowser();
const skip =
  executable === null ? 'no browser: set CHROME_PATH, or run as root on Debian to have one installed' : false;

export interface Part extends RigOptions {
  /** What is there before the first flow. */
  readonly prepare?: (rig: Rig) => Promise<void>;
  readonly flows: readonly ((given: () => Rig) => void)[];
}

export function inBrowser({ prepare, flows, ...options }: Part): void {
  describe(`the dashboard in a browser: ${options.part}`, { skip, timeout: 1_200_000 }, () => {
    let rig: Rig;
    before(async () => {
      rig = await startRig(executable ?? '', options);
      await prepare?.(rig);
    });
    after(() => rig[Symbol.asyncDispose]());

    for (const flow of flows) flow(() => rig);

    it('complained of nothing, and asked nobody but its server', () => {
      assert.deepEqual(rig.complaints, []);
    });
  });
}

/** With what the first run ends on: a connection, and its zones known. */
export async function connected(rig: Rig): Promise<void> {
  const tenant = rig.zoneward.tenant('local');
  const read = await tenant.connections.read({ token: rig.sandbox.tokens.full });
  assert.ok(read.ok);
  await tenant.connections.add({ credential: read.value.credential, label: 'Example account' });
  await tenant.zones.discover();
}
