/** A tenant's name as the host gives it, which is its id in every row. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Throws `tenant-invalid` (input). */
export function parseTenant(name: string): TenantId {
  if (TENANT.test(name)) return name as TenantId;
  throw new ZonewardError(`"${name.slice(0, 40)}" is not a tenant's name`, {
    code: 'tenant-invalid',
    kind: 'input',
    next: ['Use 1 to 128 letters, digits, "-", "_" or ".", beginning with a letter or digit.'],
  });
}
