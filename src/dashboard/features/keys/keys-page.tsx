/** API keys: what each may do and reaches, when it was last used; made here, shown once, revoked. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import type { ApiKey, CreatedApiKey } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { ShownOnce } from '../../kit/shown-once.tsx';
import { useNow } from '../../kit/time.tsx';
import { ForAdmins } from '../../shell/for-admins.tsx';
import { KeyForm } from './key-form.tsx';
import { KeyRow } from './key-row.tsx';
import { keyState } from './key-words.ts';
import { RevokeDialog } from './revoke-dialog.tsx';

export const KEYS = ['api-keys'];

export function KeysPage(): ReactNode {
  const [wish, setWish] = useQueryState('do');
  const make = (
    <Button leftSection={<Icon name="add" />} onClick={() => setWish('make')}>
      Make a key
    </Button>
  );
  return (
    <Page
      title="API keys"
      lead="What programs and people sign in with: each does what its scopes say, where its reach ends"
    >
      <ForAdmins what="API keys">
        <Keys isMaking={wish === 'make'} make={make} onForm={(isOpen) => setWish(isOpen ? 'make' : '')} />
      </ForAdmins>
    </Page>
  );
}

function Keys({
  isMaking,
  make,
  onForm,
}: {
  readonly isMaking: boolean;
  readonly make: ReactNode;
  readonly onForm: (isOpen: boolean) => void;
}): ReactNode {
  const queries = useQueryClient();
  const [made, setMade] = useState<CreatedApiKey | null>(null);
  const keys = useQuery({
    queryKey: KEYS,
    queryFn: async ({ signal }) => (await api.listApiKeys({}, { signal })).items,
  });
  return (
    <>
      {made === null || made.secret === null ? null : (
        <ShownOnce
          title="The key is made. Its secret is shown here once, and kept nowhere."
          text={made.secret}
          what="key"
          onDone={() => setMade(null)}
        >
          It goes into the header <span className="mono">Authorization: Bearer …</span>, or into{' '}
          <span className="mono">ZONEWARD_API_KEY</span> for the command line.
        </ShownOnce>
      )}
      {isMaking ? (
        <KeyForm
          onCancel={() => onForm(false)}
          onMade={(key) => {
            setMade(key);
            onForm(false);
            void queries.invalidateQueries({ queryKey: KEYS });
          }}
        />
      ) : null}
      {keys.isPending ? (
        <Loading what="API keys" />
      ) : keys.error !== null ? (
        <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      ) : (
        <KeyList keys={keys.data} make={isMaking ? null : make} />
      )}
    </>
  );
}

function KeyList({ keys, make }: { readonly keys: readonly ApiKey[]; readonly make: ReactNode }): ReactNode {
  const [text, setText] = useQueryState('search');
  const [state, setState] = useQueryState('state');
  const [going, setGoing] = useState<ApiKey | null>(null);
  const now = useNow();
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return keys.filter(
      (key) =>
        (key.label.toLowerCase().includes(wanted) || key.id === wanted) &&
        (state === 'all' || (keyState(key, now) === 'stands') === (state === '')),
    );
  }, [keys, text, state, now]);
  return (
    <>
      <div className="zw-toolbar">
        <search className="zw-filters grow">
          <SearchField label="Search API keys" value={text} onChange={setText} />
          <FilterSelect
            label="Those that stand"
            value={state}
            onChange={setState}
            choices={[
              ['ended', 'Revoked and expired'],
              ['all', 'All'],
            ]}
          />
        </search>
        {make}
      </div>
      {shown.length === 0 ? (
        <Empty icon="key" title="No API key fits">
          {text === ''
            ? 'Keys that are revoked or have expired stay in this list, so that their traces can be read.'
            : 'Search for a part of a label, or choose which are shown.'}
        </Empty>
      ) : (
        <ul className="card zw-rows" aria-label="API keys">
          {shown.map((key) => (
            <KeyRow key={key.id} apiKey={key} all={keys} now={now} onRevoke={() => setGoing(key)} />
          ))}
        </ul>
      )}
      <RevokeDialog apiKey={going} all={keys} now={now} onClose={() => setGoing(null)} />
    </>
  );
}
