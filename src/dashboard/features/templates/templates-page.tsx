/** Templates: the records that a service needs, with gaps to fill in. The list, and each one's own page. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import type { Template } from '../../../client/index.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { OneTemplate } from './one-template.tsx';
import { TEMPLATES_QUERY } from './templates-query.ts';

export function TemplatesPage(): ReactNode {
  const { '*': rest = '' } = useParams<{ '*'?: string }>();
  const key = decodeURIComponent(rest);
  const templates = useQuery(TEMPLATES_QUERY);
  if (templates.isPending) return <Loading what="templates" />;
  if (templates.error !== null)
    return (
      <Page title="Templates">
        <Problem error={templates.error} onRetry={() => void templates.refetch()} />
      </Page>
    );
  if (key === '') return <AllTemplates templates={templates.data} />;
  const found = templates.data.find((one) => one.key === key);
  if (found !== undefined) return <OneTemplate key={key} template={found} />;
  return (
    <Page title="Templates">
      <Empty
        icon="search"
        title="There is no such template"
        action={<Link href="/templates">All templates</Link>}
      >
        The address names <span className="mono">{key}</span>, which does not come with this version.
      </Empty>
    </Page>
  );
}

function AllTemplates({ templates }: { readonly templates: readonly Template[] }): ReactNode {
  const [text, setText] = useQueryState('search');
  const [, go] = useLocation();
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return templates.filter(({ key, title, description }) =>
      [key, title, description ?? ''].some((one) => one.toLowerCase().includes(wanted)),
    );
  }, [templates, text]);
  return (
    <Page
      title="Templates"
      fills
      lead="What a service needs in a zone, with gaps to fill in. Applied through a plan, and taken out again as a whole"
    >
      <search className="zw-filters">
        <SearchField label="Search templates" value={text} onChange={setText} />
      </search>
      {shown.length === 0 ? (
        <Empty icon="search" title="No template is called so">
          Files of your own are applied on the command line: <span className="mono">zoneward templates</span>.
        </Empty>
      ) : (
        <VirtualTable
          label="Templates"
          rows={shown}
          columns={COLUMNS}
          rowKey={({ key }) => key}
          rowLabel={({ title }) => title}
          card={(template) => <TemplateCard template={template} />}
          onOpen={({ key }) => go(`/templates/${key}`)}
        />
      )}
    </Page>
  );
}

const COLUMNS: readonly Column<Template>[] = [
  {
    key: 'title',
    head: 'Service',
    width: 'minmax(13rem, 1fr)',
    cell: ({ key, title }) => (
      <Link href={`/templates/${key}`} tabIndex={-1} className="zw-zonename">
        {title}
      </Link>
    ),
  },
  {
    key: 'about',
    head: 'What it is for',
    width: 'minmax(16rem, 2.4fr)',
    cell: ({ description }) => <span title={description ?? undefined}>{description ?? '–'}</span>,
  },
  {
    key: 'records',
    head: 'Records',
    width: '5rem',
    align: 'end',
    cell: ({ records }) => records.length,
  },
  {
    key: 'variables',
    head: 'To fill in',
    width: 'minmax(8rem, 0.9fr)',
    cell: ({ variables }) =>
      variables.length === 0 ? (
        <span className="soft">nothing</span>
      ) : (
        <span className="mono">{variables.join(', ')}</span>
      ),
  },
];

function TemplateCard({ template }: { readonly template: Template }): ReactNode {
  const { title, description, records } = template;
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <strong className="cut grow">{title}</strong>
        <span className="tiny soft">
          {records.length} {records.length === 1 ? 'record' : 'records'}
        </span>
      </div>
      <span className="tiny soft cut">{description ?? ''}</span>
    </div>
  );
}
