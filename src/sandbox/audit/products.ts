/** Products of the audit log by category, as the labels of the routes name them. [U] Which categories there are. */
import type { AuditProductCategoriesResponse } from 'cloudflare/resources/accounts/logs/audit';

const CATEGORIES: Readonly<
  Record<string, readonly [label: string, products: Readonly<Record<string, string>>]>
> = {
  dns: ['DNS', { dns_records: 'DNS records', dnssec: 'DNSSEC', dns_settings: 'DNS settings' }],
  zones: ['Zones', { zones: 'Zones', zone_settings: 'Zone settings' }],
  ssl: [
    'SSL/TLS',
    {
      ssl: 'Edge certificates',
      custom_certificates: 'Custom certificates',
      origin_ca: 'Origin CA',
      custom_hostnames: 'Custom hostnames',
      origin_tls_client_auth: 'Authenticated origin pulls',
    },
  ],
  registrar: ['Registrar', { registrar: 'Registrar' }],
  account: [
    'Account',
    {
      accounts: 'Accounts',
      billing: 'Billing',
      api_tokens: 'API tokens',
      user: 'Users',
      memberships: 'Memberships',
    },
  ],
};

export function productCategories(): AuditProductCategoriesResponse[] {
  return Object.entries(CATEGORIES).map(([value, [label, products]]) => ({
    label,
    value,
    products: Object.entries(products).map(([product, name]) => ({ label: name, value: product })),
  }));
}

/** Products of a category, case-insensitively; undefined when there is none of that name. */
export function productsOf(category: string): readonly string[] | undefined {
  const found = CATEGORIES[category.toLowerCase()];
  return found === undefined ? undefined : Object.keys(found[1]);
}
