/** Templates behind a server: its pack, plans of them, and what is applied. Files are read here and sent as text. */

import type { AppliedTemplate, Template } from '../../app/re-exports.ts';
import type { TemplateReference, TenantTemplates } from '../../app/tenant-templates.ts';
import type * as api from '../../client/index.ts';
import type { Client } from '../../client/index.ts';
import { fileName } from './file-names.ts';
import type { RemotePlanner } from './remote-changes.ts';
import { asked } from './remote-error.ts';
import { rdataOf } from './remote-models.ts';

export function remoteTemplates(
  client: Client,
  planned: RemotePlanner,
): Pick<TenantTemplates, 'list' | 'show' | 'plan' | 'planRemoval' | 'applied'> {
  return {
    list: async () => (await asked(client.listTemplates({}))).items.map(templateOf),
    show: async (reference) =>
      templateOf(await asked(client.checkTemplate({ body: { template: wanted(reference) } }))),
    plan: (zone, reference, { groups, variables, ...request } = {}) =>
      planned(
        {
          kind: 'template',
          zone,
          template: wanted(reference),
          ...request,
          ...(variables === undefined ? {} : { variables: { ...variables } }),
          ...(groups === undefined ? {} : { groups: [...groups] }),
        },
        `template ${typeof reference === 'string' ? reference : reference.file} → ${zone}`,
      ),
    planRemoval: (zone, template, request = {}) =>
      planned({ kind: 'template-removal', zone, template, ...request }, `removal of template ${template}`),
    applied: async (zone) => (await asked(client.listAppliedTemplates({ zone }))).items.map(appliedOf),
  };
}

function wanted(reference: TemplateReference): api.TemplateCheck['template'] {
  if (typeof reference === 'string') return reference;
  return { text: reference.text, file: fileName(reference.file) };
}

function templateOf(view: api.Template): Template {
  const { key: _, title: __, variables: ___, groups: ____, ...template } = view;
  return template;
}

function appliedOf({ key, standing, changeSetId, appliedAt, recordCount: _, ...view }: api.AppliedTemplate) {
  const [providerId = '', serviceId = ''] = key.split('/');
  const records = view.records.map(({ type, content, ...record }) => ({
    ...record,
    rdata: rdataOf(type, content),
  }));
  return {
    instance: { ...view, providerId, serviceId, records },
    changeSetId,
    appliedAt: Date.parse(appliedAt),
    standing,
    // Brands are given here, at the border.
  } as unknown as AppliedTemplate;
}
