/** What is asked before a certificate is ordered, uploaded or made; each leads to its plan. */
import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SigningRequest, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { saveText } from '../../kit/save-text.ts';
import { type CertificateDraft, namesIn } from './certificate-change.ts';
import { FormFoot } from './form-foot.tsx';
import { PemField } from './pem-field.tsx';

export interface FormProps {
  readonly zone: ZoneWithAdvice;
  readonly onPlan: (draft: CertificateDraft) => void;
  readonly onDone: () => void;
}

function HostsField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  return (
    <Textarea
      label="Hosts"
      description="A name each; *.name covers one level below it"
      className="mono"
      rows={2}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      required
    />
  );
}

export function OrderForm({ zone, onPlan, onDone }: FormProps): ReactNode {
  const [hosts, setHosts] = useState(`${zone.name} *.${zone.name}`);
  const [authority, setAuthority] = useState('google');
  const [validationMethod, setMethod] = useState('txt');
  const [days, setDays] = useState('90');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onPlan({
      change: {
        kind: 'order',
        hosts: [...namesIn(hosts)],
        authority,
        validationMethod,
        validityDays: Number(days),
      },
    });
  };
  return (
    <form className="stack stack--tight" aria-label="Order a certificate" onSubmit={submit}>
      <HostsField value={hosts} onChange={setHosts} />
      <div className="zw-twocolumns">
        <NativeSelect
          label="Authority"
          value={authority}
          onChange={(event) => setAuthority(event.currentTarget.value)}
          data={[
            { value: 'google', label: 'Google Trust Services' },
            { value: 'lets_encrypt', label: 'Let’s Encrypt' },
            { value: 'ssl_com', label: 'SSL.com' },
          ]}
        />
        <NativeSelect
          label="Proved by"
          value={validationMethod}
          onChange={(event) => setMethod(event.currentTarget.value)}
          data={['txt', 'http', 'email']}
        />
        <NativeSelect
          label="Valid for, in days"
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
          data={['14', '30', '90', '365']}
        />
      </div>
      <FormFoot submit="Plan the order" onDone={onDone} />
    </form>
  );
}

export type UploadTarget =
  | { readonly kind: 'upload' }
  | { readonly kind: 'replace'; readonly id: string }
  | { readonly kind: 'origin-pull-upload' };

export function UploadForm({
  target,
  onPlan,
  onDone,
}: FormProps & { readonly target: UploadTarget }): ReactNode {
  const [certificate, setCertificate] = useState('');
  const [privateKey, setKey] = useState('');
  const [level, setLevel] = useState<'zone' | 'hostname'>('zone');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const change =
      target.kind === 'origin-pull-upload' ? { ...target, level, certificate } : { ...target, certificate };
    onPlan({ change, privateKey });
  };
  return (
    <form className="stack stack--tight" aria-label="Upload a certificate" onSubmit={submit}>
      {target.kind === 'origin-pull-upload' ? (
        <NativeSelect
          label="Shown for"
          value={level}
          onChange={(event) => setLevel(event.currentTarget.value === 'hostname' ? 'hostname' : 'zone')}
          data={[
            { value: 'zone', label: 'the whole zone' },
            { value: 'hostname', label: 'single hostnames' },
          ]}
        />
      ) : null}
      <PemField
        label="Certificate"
        description="PEM: the certificate first, then each one’s issuer"
        value={certificate}
        onChange={setCertificate}
      />
      <PemField
        label="Private key"
        description="PEM, unencrypted. It goes to Cloudflare when the plan is applied, and is stored nowhere"
        value={privateKey}
        onChange={setKey}
      />
      <FormFoot submit="Plan the upload" onDone={onDone} />
    </form>
  );
}

const ORIGIN_DAYS = ['7', '30', '90', '365', '730', '1095', '5475'];

export function OriginCaForm({ zone, onPlan, onDone }: FormProps): ReactNode {
  const [hosts, setHosts] = useState(`${zone.name} *.${zone.name}`);
  const [keyType, setKeyType] = useState<'ecc' | 'rsa'>('ecc');
  const [days, setDays] = useState('5475');
  const make = useMutation({
    gcTime: 0,
    mutationFn: () =>
      api.makeSigningRequest({ zone: zone.id, body: { hosts: [...namesIn(hosts)], keyType } }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data !== undefined)
    return (
      <MadeKey
        made={make.data}
        zone={zone}
        onDone={onDone}
        onPlan={() =>
          onPlan({ change: { kind: 'origin-ca', csr: make.data.csr, validityDays: Number(days) } })
        }
      />
    );
  return (
    <form className="stack stack--tight" aria-label="Make an Origin CA certificate" onSubmit={submit}>
      <HostsField value={hosts} onChange={setHosts} />
      <div className="zw-twocolumns">
        <NativeSelect
          label="Key"
          value={keyType}
          onChange={(event) => setKeyType(event.currentTarget.value === 'rsa' ? 'rsa' : 'ecc')}
          data={[
            { value: 'ecc', label: 'ECC (P-256)' },
            { value: 'rsa', label: 'RSA (2048)' },
          ]}
        />
        <NativeSelect
          label="Valid for, in days"
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
          data={ORIGIN_DAYS}
        />
      </div>
      {make.error === null ? null : <Problem error={make.error} />}
      <FormFoot submit="Make the key" onDone={onDone} />
    </form>
  );
}

/** The key is in this answer and nowhere else: on with it to the origin before the certificate is asked for. */
function MadeKey({
  made: { privateKey, hosts },
  zone,
  onPlan,
  onDone,
}: {
  readonly made: SigningRequest;
  readonly zone: ZoneWithAdvice;
  readonly onPlan: () => void;
  readonly onDone: () => void;
}): ReactNode {
  const [isSaved, setSaved] = useState(false);
  const save = (): void => {
    saveText(`${zone.name}.origin.key`, privateKey ?? '');
    setSaved(true);
  };
  return (
    <section className="stack stack--tight" aria-label="The private key">
      <Note tone="risk">
        <strong>This private key is shown once.</strong>
        <p>
          It was made for {hosts.join(', ')}. It is stored nowhere and never sent to Cloudflare: keep it where
          the origin can read it.
        </p>
      </Note>
      <pre className="zw-pem mono small">{privateKey}</pre>
      <div className="row">
        <Button size="compact-md" variant={isSaved ? 'default' : 'filled'} onClick={save}>
          Download the key
        </Button>
        <Button size="compact-md" disabled={!isSaved} onClick={onPlan}>
          Plan the certificate
        </Button>
        <Button variant="default" size="compact-md" onClick={onDone}>
          Leave it
        </Button>
      </div>
    </section>
  );
}
