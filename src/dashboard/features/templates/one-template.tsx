/** One template: its records with what gives way to each, and the way into a zone. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Template } from '../../../client/index.ts';
import { Badge } from '../../kit/badge.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { ApplyTemplate } from './apply-template.tsx';
import { contentOf, givesWay } from './template-words.ts';

export function OneTemplate({ template }: { readonly template: Template }): ReactNode {
  const { key, title, description, version, multiInstance, source } = template;
  return (
    <Page
      title={`${title} · Template`}
      heading={title}
      lead={
        <>
          {description}
          <span className="row small">
            <span className="mono">{key}</span>
            {version === null ? null : <span>version {version}</span>}
            {multiInstance ? <span>several times in one zone</span> : null}
            <Link href="/templates">all templates</Link>
          </span>
        </>
      }
    >
      <section className="card stack stack--tight" aria-labelledby="template-records">
        <h2 id="template-records">Records</h2>
        <table className="zw-fields zw-template">
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col">Type</th>
              <th scope="col">Holds</th>
              <th scope="col">Gives way to it</th>
            </tr>
          </thead>
          <tbody>
            {template.records.map((record, index) => (
              <Record
                // biome-ignore lint/suspicious/noArrayIndexKey: the records of a template stay in their places.
                key={index}
                record={record}
              />
            ))}
          </tbody>
        </table>
        <p className="small soft">
          {source === null ? (
            'No page of the service is named as its source: compare it with what the service tells you.'
          ) : (
            <>
              From{' '}
              <a href={source.url} target="_blank" rel="noreferrer">
                the service’s own page <Icon name="external" size={12} />
              </a>
              {source.checked === null ? null : `, compared on ${source.checked}`}.
            </>
          )}
        </p>
      </section>
      <ApplyTemplate template={template} />
    </Page>
  );
}

function Record({ record }: { readonly record: Template['records'][number] }): ReactNode {
  const { type, groupId, essential, fields } = record;
  return (
    <tr>
      <td className="mono">{fields['host'] ?? '@'}</td>
      <td>
        <span className="zw-type">{type}</span>
      </td>
      <td>
        <span className="mono">{contentOf(record)}</span>{' '}
        <span className="row row--tight">
          {groupId === null ? null : (
            <Badge title="Records of one group are applied together">{groupId}</Badge>
          )}
          {essential === 'OnApply' ? (
            <Badge title="Needed when it is applied; may go later">once</Badge>
          ) : null}
        </span>
      </td>
      <td className="small soft" data-label="gives way to it">
        {givesWay(record)}
      </td>
    </tr>
  );
}
