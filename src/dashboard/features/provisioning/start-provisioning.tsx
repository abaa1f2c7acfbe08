/** What a domain shall hold: records from a file or templates, TLS, DNSSEC. Then the steps go on by themselves. */
import { Button, FileButton, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { NewProvisioning } from '../../../client/index.ts';
import { useConnections } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { CardForm } from '../../kit/card-form.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { toast } from '../../kit/toasts.tsx';
import { NoConnection } from '../domains/no-connection.tsx';
import { type ChosenTemplate, TemplateFields } from './template-fields.tsx';

export function StartProvisioning(): ReactNode {
  const connections = useConnections();
  return (
    <Page
      title="Bring up a domain"
      lead="Sent again for the same domain, it is carried on and not begun anew"
    >
      {connections.isPending ? (
        <Loading what="connections" />
      ) : connections.error !== null ? (
        <Problem error={connections.error} onRetry={() => void connections.refetch()} />
      ) : connections.data.length === 0 ? (
        <NoConnection />
      ) : (
        <div className="zw-order">
          <Wish connections={connections.data.map(({ id, label }) => ({ value: id, label }))} />
        </div>
      )}
    </Page>
  );
}

interface GivenFile {
  readonly name: string;
  readonly text: string;
}

function Wish({
  connections,
}: {
  readonly connections: readonly { readonly value: string; readonly label: string }[];
}): ReactNode {
  const [params] = useSearchParams();
  const [domain, setDomain] = useState(params.get('domain') ?? '');
  const [connection, setConnection] = useState(connections[0]?.value ?? '');
  const [file, setFile] = useState<GivenFile>({ name: 'pasted', text: '' });
  const [template, setTemplate] = useState<ChosenTemplate | null>(null);
  const [tls, setTls] = useState('');
  const [dnssec, setDnssec] = useState(false);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => {
      const body: NewProvisioning = {
        domain: domain.trim(),
        connection,
        ...(file.text.trim() === '' ? {} : { text: file.text, file: file.name }),
        ...(template === null ? {} : { templates: [template] }),
        ...(tls === 'modern' || tls === 'strict' ? { tls } : {}),
        ...(dnssec ? { dnssec } : {}),
      };
      return api.startProvisioning({ body });
    },
    onSuccess: (begun) => {
      queries.setQueryData(['provisioning', begun.domain], begun);
      void queries.invalidateQueries({ queryKey: ['provisionings'] });
      go(`/provisioning/${begun.domain}`);
    },
  });
  return (
    <CardForm
      title="What it shall hold"
      action="Bring it up"
      isWhole={domain.trim() !== ''}
      sending={start}
      onCancel={() => go('/provisioning')}
    >
      <div className="zw-twocolumns">
        <TextInput
          label="Domain"
          placeholder="northwind.com"
          value={domain}
          onChange={(event) => setDomain(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
          required
        />
        <NativeSelect
          label="Connection"
          value={connection}
          onChange={(event) => setConnection(event.currentTarget.value)}
          data={[...connections]}
        />
      </div>
      <FileField file={file} onChange={setFile} />
      <TemplateFields onChange={setTemplate} />
      <div className="row zw-inlineform">
        <NativeSelect
          label="TLS"
          value={tls}
          onChange={(event) => setTls(event.currentTarget.value)}
          data={[
            { value: '', label: 'as Cloudflare gives it' },
            { value: 'modern', label: 'baseline “modern”' },
            { value: 'strict', label: 'baseline “strict”' },
          ]}
        />
        <Switch
          label="Sign with DNSSEC"
          description="and wait until the parent vouches for it"
          checked={dnssec}
          onChange={(event) => setDnssec(event.currentTarget.checked)}
        />
      </div>
    </CardForm>
  );
}

function FileField({
  file,
  onChange,
}: {
  readonly file: GivenFile;
  readonly onChange: (file: GivenFile) => void;
}): ReactNode {
  const take = async (given: File | null): Promise<void> => {
    if (given === null) return;
    try {
      onChange({ name: given.name, text: await given.text() });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  return (
    <div className="stack stack--tight">
      <Textarea
        label="Records"
        description="A zone file (BIND), octoDNS YAML, or a zone document with settings. May stay empty."
        placeholder="www  300  IN  A  192.0.2.10"
        value={file.text}
        onChange={(event) => onChange({ ...file, text: event.currentTarget.value })}
        classNames={{ input: 'mono' }}
        autosize
        minRows={4}
        maxRows={14}
        spellCheck={false}
      />
      <div className="row">
        <FileButton onChange={(given) => void take(given)} accept=".zone,.txt,.db,.yaml,.yml,.json">
          {(props) => (
            <Button {...props} variant="default" size="compact-sm" leftSection={<Icon name="upload" />}>
              From a file
            </Button>
          )}
        </FileButton>
        {file.name === 'pasted' || file.text === '' ? null : (
          <span className="small soft mono">{file.name}</span>
        )}
      </div>
    </div>
  );
}
