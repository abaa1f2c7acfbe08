/**
 * Paths and their templates. A route is a path with its ids replaced by their names, `/zones/{zone_id}/dns_records`:
 * what the usage log, messages and permissions speak of. Ids and names of customers never enter it.
 */
import { ZonewardError } from '../base/errors.ts';

/** The names in the braces of a path template. */
export type ParamName<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamName<Rest>
  : never;

export type PathParams<Template extends string> = Readonly<Record<ParamName<Template>, string>>;

/** Fills a template. A value is always one path segment: it is percent-encoded, and may not be empty or dots. */
export function fillPath(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    if (/^\.{0,2}$/.test(value)) {
      throw new ZonewardError(`"${value}" is no ${name.replaceAll('_', ' ')}`, {
        code: 'path-parameter-invalid',
        kind: 'input',
        details: { parameter: name },
      });
    }
    return encodeURIComponent(value);
  });
}

const HEX_ID = /^[0-9a-f]{32}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What an id is called, by the collection that it stands in. */
const ID_NAMES: Readonly<Record<string, string>> = {
  zones: 'zone_id',
  accounts: 'account_id',
  dns_records: 'dns_record_id',
  tokens: 'token_id',
  certificate_packs: 'certificate_pack_id',
  custom_certificates: 'custom_certificate_id',
  custom_hostnames: 'custom_hostname_id',
  registrations: 'domain_name',
  settings: 'setting_id',
};

/** The route of a path that was made without a template. Anything that looks like an id or a name is replaced. */
export function routeOf(path: string): string {
  const segments = path.split('?')[0]?.split('/') ?? [];
  return segments
    .map((segment, index) => {
      const before = segments[index - 1] ?? '';
      const named = ID_NAMES[before];
      const isId = HEX_ID.test(segment) || UUID.test(segment);
      if (isId) return `{${named ?? 'id'}}`;
      if (before === 'registrations' || /[.%@:]/.test(segment)) return `{${named ?? 'name'}}`;
      return segment;
    })
    .join('/');
}
