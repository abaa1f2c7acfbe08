/** The calls of the registrar and of its sandbox. */
import { A_WHILE_MS, type SdkCall } from './sdk-stage.ts';

const CONTACTS = {
  registrant: {
    email: 'owner@example.com',
    phone: '+1.5555550100',
    postal_info: {
      name: 'Owner',
      address: { street: 'Street 1', city: 'Town', state: 'TX', postal_code: '12345', country_code: 'US' },
    },
  },
};
const BOUGHT = 'bought-name.com';
const MOVED = 'moved-name.com';
const TEST_BOUGHT = 'bought-for-test.com';

export function registrarCalls(): Record<string, SdkCall> {
  const auth_code = Buffer.from('secret').toString('base64');
  return {
    'registrar.search': ({ sdk, account_id }) => sdk.registrar.search({ account_id, q: 'bought' }),
    'registrar.check': ({ sdk, account_id }) => sdk.registrar.check({ account_id, domains: [BOUGHT] }),
    'registrar.extensions.list': ({ sdk, account_id }) => sdk.registrar.extensions.list({ account_id }),
    'registrar.extensions.get': ({ sdk, account_id }) => sdk.registrar.extensions.get('com', { account_id }),
    'registrar.registrations.create': ({ sdk, account_id }) =>
      sdk.registrar.registrations.create({ account_id, domain_name: BOUGHT, contacts: CONTACTS }),
    'registrar.registrations.list': ({ sdk, account_id }) => sdk.registrar.registrations.list({ account_id }),
    'registrar.registrations.get': ({ sdk, account_id }) =>
      sdk.registrar.registrations.get(BOUGHT, { account_id }),
    'registrar.registrations.edit': ({ sdk, account_id }) =>
      sdk.registrar.registrations.edit(BOUGHT, { account_id, auto_renew: true }),
    'registrar.registrationStatus.get': ({ sdk, account_id }) =>
      sdk.registrar.registrationStatus.get(BOUGHT, { account_id }),
    'registrar.updateStatus.get': ({ sdk, account_id }) =>
      sdk.registrar.updateStatus.get(BOUGHT, { account_id }),
    'registrar.transferCheck': ({ sandbox, sdk, account_id }) => {
      sandbox.registrar.update({ foreign: { [MOVED]: { authCode: 'secret' } } });
      sandbox.seedZone(MOVED);
      return sdk.registrar.transferCheck({ account_id, domains: [{ domain_name: MOVED, auth_code }] });
    },
    'registrar.transferIn.create': ({ sdk, account_id }) =>
      sdk.registrar.transferIn.create(MOVED, { account_id, auth_code, contacts: CONTACTS }),
    'registrar.transferInStatus.get': ({ sdk, account_id }) =>
      sdk.registrar.transferInStatus.get(MOVED, { account_id }),
  };
}

export function registrarSandboxCalls(): Record<string, SdkCall> {
  return {
    'registrarSandbox.search': ({ sdk, account_id }) =>
      sdk.registrarSandbox.search({ account_id, q: 'bought' }),
    'registrarSandbox.check': ({ sdk, account_id }) =>
      sdk.registrarSandbox.check({ account_id, domains: [TEST_BOUGHT] }),
    'registrarSandbox.extensions.list': ({ sdk, account_id }) =>
      sdk.registrarSandbox.extensions.list({ account_id }),
    'registrarSandbox.extensions.get': ({ sdk, account_id }) =>
      sdk.registrarSandbox.extensions.get('net', { account_id }),
    'registrarSandbox.registrations.create': ({ sdk, account_id }) =>
      sdk.registrarSandbox.registrations.create({ account_id, domain_name: TEST_BOUGHT, contacts: CONTACTS }),
    'registrarSandbox.registrations.list': ({ sdk, account_id }) =>
      sdk.registrarSandbox.registrations.list({ account_id }),
    'registrarSandbox.registrations.get': ({ sandbox, sdk, account_id }) => {
      sandbox.setClock({ advanceMs: A_WHILE_MS });
      return sdk.registrarSandbox.registrations.get(TEST_BOUGHT, { account_id });
    },
    'registrarSandbox.registrations.edit': ({ sdk, account_id }) =>
      sdk.registrarSandbox.registrations.edit(TEST_BOUGHT, { account_id, auto_renew: true }),
    'registrarSandbox.registrationStatus.get': ({ sdk, account_id }) =>
      sdk.registrarSandbox.registrationStatus.get(TEST_BOUGHT, { account_id }),
    'registrarSandbox.updateStatus.get': ({ sdk, account_id }) =>
      sdk.registrarSandbox.updateStatus.get(TEST_BOUGHT, { account_id }),
  };
}
