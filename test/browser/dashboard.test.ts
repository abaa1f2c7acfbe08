/**
 * The dashboard in a real browser: from the first run to the first undo, and what must hold of every page. Screenshots of
 * all pages stay in `coverage/screenshots`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { accountFlows } from './account.ts';
import { certificateFlows } from './certificates.ts';
import { changeSetFlows } from './change-sets.ts';
import { customerFlows } from './customers.ts';
import { domainFlows } from './domains.ts';
import { doorFlows } from './door.ts';
import { editingFlows } from './editing.ts';
import { manyFlows } from './editing-many.ts';
import { everyPage } from './every-page.ts';
import { keyboardFlows } from './keyboard.ts';
import { largestFlows } from './many-zones.ts';
import { moneyFlows } from './money.ts';
import { outsideFlows } from './outside.ts';
import { findBrowser, type Rig, startRig } from './rig.ts';

const executable = findBrowser();
const skip =
  executable === null ? 'no browser: set CHROME_PATH, or run as root on Debian to have one installed' : false;

describe('the dashboard in a browser', { skip, timeout: 1_800_000 }, () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig(executable ?? '');
  });
  after(() => rig[Symbol.asyncDispose]());

  doorFlows(() => rig);
  editingFlows(() => rig);
  manyFlows(() => rig);
  changeSetFlows(() => rig);
  certificateFlows(() => rig);
  keyboardFlows(() => rig);
  outsideFlows(() => rig);
  domainFlows(() => rig);
  moneyFlows(() => rig);
  customerFlows(() => rig);
  accountFlows(() => rig);
  everyPage(() => rig);
  largestFlows(() => rig);

  it('complained of nothing, and asked nobody but its server', () => {
    assert.deepEqual(rig.complaints, []);
  });
});
